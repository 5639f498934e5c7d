// Makes a passkey, or signs in with one: the form is sent with the browser's answer.
{
  const readers = { create: "parseCreationOptionsFromJSON", get: "parseRequestOptionsFromJSON" };
  const authenticatorSelection = { residentKey: "required", userVerification: "required" };

  const ask = async ({ passkey, options, from }) => {
    const asked = options ? JSON.parse(options) : (await (await fetch(from, { headers: { Accept: "application/json" } })).json()).request_options;
    const publicKey = PublicKeyCredential[readers[passkey]]({ ...asked.publicKey, authenticatorSelection });
    return navigator.credentials[passkey]({ publicKey });
  };

  for (const button of pickAll("[data-passkey]")) {
    const { form } = button;
    button.hidden = !window.PublicKeyCredential?.parseRequestOptionsFromJSON;
    if (button.autofocus) button.focus();
    form.onsubmit = async (event) => {
      event.preventDefault();
      button.ariaBusy = "true";
      try {
        form.credential.value = JSON.stringify(await ask(button.dataset));
        form.submit();
      } catch {
        button.ariaBusy = null;
        button.nextElementSibling.hidden = false;
      }
    };
  }
}
