// Conveniences only: every page works without this file.

// "/" moves to the search field, except while typing.
document.addEventListener("keydown", (event) => {
  const search = document.querySelector("input[type=search]");
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && search && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});

// Empty fields stay out of the URL.
for (const form of document.querySelectorAll("form[method=get]")) {
  form.addEventListener("submit", () => {
    for (const field of form.elements) field.disabled ||= !field.value && field.name !== "";
  });
}
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[method=get] :disabled")) field.disabled = false;
});

// On a phone the links scroll sideways: start at the current page.
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

// On a phone the sections start folded, except the one in the URL or those of a filter.
const asked = new URLSearchParams(location.search);
const filtered = [...asked].some(([name, value]) => name !== "as_of" && value);
if (window.matchMedia("(width < 50rem)").matches && !location.hash && !filtered) {
  for (const section of document.querySelectorAll("details.fold")) section.open = false;
}
const named = () => {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return ""; // an address that somebody cut off inside of a sign
  }
};
const unfold = () => {
  const target = document.getElementById(named());
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
  for (const fold of document.querySelectorAll("details:is(.fold, .claim)")) fold.open = true;
});

// Copy the text of a field, or the document that the link beside it downloads; the log-in page is
// not that document.
const markdownOf = async (address) => {
  const response = await fetch(address, { redirect: "manual" });
  const type = response.headers.get("Content-Type") ?? "";
  if (!response.ok || !type.startsWith("text/markdown")) throw new Error("not the document");
  return response.text();
};
for (const button of document.querySelectorAll("button.copy")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.text ?? "");
    const text = field ? Promise.resolve(field.value) : markdownOf(button.dataset.from);
    try {
      // Safari lets a page copy only while the click is handled: it is given the promise.
      if (window.ClipboardItem && navigator.clipboard.write) {
        const blob = text.then((words) => new Blob([words], { type: "text/plain" }));
        blob.catch(() => {});
        await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
      } else {
        await navigator.clipboard.writeText(await text);
      }
      await text;
      button.textContent = button.dataset.done;
    } catch {
      button.textContent = button.dataset.failed;
    }
  });
}
