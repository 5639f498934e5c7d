// Asks before a form that is half filled is left behind: not the one that is sent, nor where all is as it was.
{
  const forms = [...document.querySelectorAll("form[data-guards]")];
  const held = (form) => [...new FormData(form)].join("\n");
  const first = new Map(forms.map((form) => [form, held(form)]));
  let sent = null;

  document.addEventListener("input", () => { sent = null; });
  // A note may be empty beside a review, and not by itself.
  addEventListener("click", ({ target }) => {
    const { form, formAction } = target.closest("button") ?? {};
    const field = form?.note;
    if (field && !field.value.trim()) field.setCustomValidity(formAction.endsWith("/note/") ? field.dataset.empty : "");
  }, true);

  document.addEventListener("submit", ({ target }) => { sent = target; });
  addEventListener("beforeunload", (event) => {
    const isLeft = (form) => form.dataset.guards === "unsaved" || held(form) !== first.get(form);
    if (forms.some((form) => form !== sent && isLeft(form))) event.preventDefault();
  });

  // What htmx sends first, and leaves the page for after, is a plain form where that would be asked about.
  addEventListener("submit", (event) => {
    const leads = event.target.matches(forms.length ? "[hx-swap=none], #undo-last" : "[hx-swap=none]");
    if (leads && !dispatchEvent(new Event("beforeunload", { cancelable: true }))) event.stopImmediatePropagation();
  }, true);
}
