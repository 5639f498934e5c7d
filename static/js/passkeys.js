// Makes a passkey, or signs in with one: the browser's answer goes into the form, which is sent.
{
  const ceremonies = { create: "parseCreationOptionsFromJSON", get: "parseRequestOptionsFromJSON" };
  const required = { residentKey: "required", requireResidentKey: true, userVerification: "required" };

  const ask = async ({ passkey, options, from }) => {
    const asked = options ? JSON.parse(options) : (await (await fetch(from, { headers: { Accept: "application/json" } })).json()).request_options;
    const publicKey = PublicKeyCredential[ceremonies[passkey]]({ ...asked.publicKey, authenticatorSelection: required });
    return navigator.credentials[passkey]({ publicKey });
  };

  for (const button of document.querySelectorAll("[data-passkey]")) {
    const alert = button.parentElement.querySelector(".alert[hidden]");
    button.hidden = !window.PublicKeyCredential?.parseRequestOptionsFromJSON;
    button.addEventListener("click", async () => {
      alert.hidden = true;
      try {
        button.form.elements.credential.value = JSON.stringify(await ask(button.dataset));
        button.form.submit();
      } catch {
        alert.hidden = false;
      }
    });
  }
}
