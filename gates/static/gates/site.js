// Conveniences only: every page works without this file.

// "/" goes to the search field, unless something is being typed.
document.addEventListener("keydown", (event) => {
  const search = document.querySelector("input[type=search]");
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && search && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});

// What is not asked for stays out of the address.
for (const form of document.querySelectorAll("form[method=get]")) {
  form.addEventListener("submit", () => {
    for (const field of form.elements) field.disabled ||= !field.value && field.name !== "";
  });
}
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[method=get] :disabled")) field.disabled = false;
});

// On a phone the links scroll sideways: start where the reader is.
document.querySelector("header.site [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// A menu closes on Escape or on a click beside it.
const menu = document.querySelector("details.account");
const close = (event) => {
  if (menu?.open && (event.key === "Escape" || (event.type === "click" && !menu.contains(event.target)))) {
    menu.open = false;
  }
};
document.addEventListener("keydown", close);
document.addEventListener("click", close);

// On a phone the sections start folded, except where the address or a filter asks for them.
const asked = new URLSearchParams(location.search);
const filtered = [...asked].some(([name, value]) => name !== "as_of" && value);
if (window.matchMedia("(width < 50rem)").matches && !location.hash && !filtered) {
  for (const section of document.querySelectorAll("details.fold")) section.open = false;
}
const unfold = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = target?.closest("details") ?? target?.querySelector("details.fold");
  if (fold && !fold.open) {
    fold.open = true;
    target.scrollIntoView();
  }
};
window.addEventListener("hashchange", unfold);
unfold();

// Print everything, folded or not.
window.addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details.fold")) fold.open = true;
});

// Copy the document that the link beside it downloads.
for (const button of document.querySelectorAll("button.copy")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const response = await fetch(button.dataset.from);
    await navigator.clipboard.writeText(await response.text());
    button.textContent = button.dataset.done;
  });
}
