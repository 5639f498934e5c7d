// Asks before leaving a half-filled form, but not a sent or unchanged one.
{
  const forms = [...pickAll("form[data-guards]")];
  const held = (form) => [...new FormData(form)].join("\n");
  const first = new Map(forms.map((form) => [form, held(form)]));
  let sent = null;

  listen("input", () => { sent = null; });
  // A note may be empty beside a review, but not alone.
  addEventListener("click", ({ target }) => {
    const { form, formAction } = target.closest("button") ?? {};
    const field = form?.note;
    if (field && !field.value.trim()) field.setCustomValidity(formAction.endsWith("/note/") ? field.dataset.empty : "");
  }, true);

  listen("submit", ({ target }) => { sent = target; });
  addEventListener("beforeunload", (event) => {
    const isChanged = (form) => form !== sent && (form.dataset.guards === "unsaved" || held(form) !== first.get(form));
    if (forms.some(isChanged)) event.preventDefault();
  });

  // htmx would send this form first, then leave the page. If leaving would ask, it is sent as a plain form.
  addEventListener("submit", (event) => {
    const leads = event.target.matches(forms.length ? "[hx-swap=none], #undo-last" : "[hx-swap=none]");
    if (leads && !dispatchEvent(new Event("beforeunload", { cancelable: true }))) event.stopImmediatePropagation();
  }, true);
}
