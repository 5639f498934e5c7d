// Makes a passkey, or signs in with one: the browser's answer goes into the form, which is sent.
{
  const readers = { create: "parseCreationOptionsFromJSON", get: "parseRequestOptionsFromJSON" };
  const authenticatorSelection = { residentKey: "required", userVerification: "required" };

  const ask = async ({ passkey, options, from }) => {
    const asked = options ? JSON.parse(options) : (await (await fetch(from, { headers: { Accept: "application/json" } })).json()).request_options;
    const publicKey = PublicKeyCredential[readers[passkey]]({ ...asked.publicKey, authenticatorSelection });
    return navigator.credentials[passkey]({ publicKey });
  };

  for (const button of document.querySelectorAll("[data-passkey]")) {
    const { form } = button;
    button.hidden = !window.PublicKeyCredential?.parseRequestOptionsFromJSON;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        form.elements.credential.value = JSON.stringify(await ask(button.dataset));
        form.submit();
      } catch {
        button.nextElementSibling.hidden = false;
      }
    });
  }
}
