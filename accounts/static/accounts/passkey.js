// The passkey ceremony. A form with data-passkey="create" or "get" has its options in
// data-options, or fetches them from its own address; the answer goes into its hidden field.
// Without JavaScript the form stays hidden, and the other ways to log in are there.
"use strict";

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.webauthnJSON || !webauthnJSON.supported()) continue;
  form.hidden = false;
  const trouble = form.querySelector("[data-trouble]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(await ceremony(form));
      form.submit();
    } catch (error) {
      trouble.hidden = false;
    }
  });
}

async function ceremony(form) {
  if (form.dataset.passkey === "create") {
    const options = JSON.parse(form.dataset.options).creation_options;
    const passwordless = form.elements.passwordless.checked;
    const wanted = options.publicKey.authenticatorSelection;
    wanted.residentKey = passwordless ? "required" : "discouraged";
    wanted.requireResidentKey = passwordless;
    if (passwordless) wanted.userVerification = "required";
    return webauthnJSON.create(options);
  }
  if (form.dataset.options) return webauthnJSON.get(JSON.parse(form.dataset.options).request_options);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error("no options");
  return webauthnJSON.get((await answer.json()).request_options);
}
