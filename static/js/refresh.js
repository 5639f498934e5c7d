// A refresh keeps the selection and the place; if it finds nothing new, it says so.
{
  let selected = []; // the selection before the current swap
  const tell = (textContent, className = "") => {
    const told = Object.assign(document.createElement("span"), { textContent, className });
    byId("status").replaceChildren(told);
  };
  listen("tell", ({ detail }) => tell(detail));
  let hadFocus = false;

  listen("htmx:beforeSwap", (event) => {
    selected = [...pickAll(".row-check :checked")].map((box) => box.value);
    if (event.detail.target?.matches("#list, #found")) hadFocus = focused()?.closest("#list");
  });

  listen("htmx:afterSwap", (event) => {
    if (!event.detail.xhr) return;
    for (const box of pickAll(".row-check input")) box.checked ||= selected.includes(box.value);
  });

  // The focused element is gone: focuses the open row, else the conversation, else the first row in sight.
  listen("htmx:afterSettle", (event) => {
    if (event.detail.target?.id !== "list") return;
    const updated = byId("updated");
    if (updated) tell(updated.textContent, "hidden");
    const isLost = hadFocus && focused() === document.body;
    const on = pick(".row-name [aria-current]") ?? (talkPath() && talk());
    const isSeen = (link) => link.getBoundingClientRect().top > 48;
    const first = [...pickAll(".row-name a, .person-name a")].find(isSeen);
    if (isLost) (on ?? first)?.focus({ preventScroll: true });
    hadFocus = false;
  });

  // Retry goes with its alert: the focus moves to the act's own button.
  listen("click", ({ target }) => {
    const { form, value } = target.closest(".alert button[form]") ?? {};
    const buttons = [...(form?.querySelectorAll("button") ?? [])];
    (buttons.find((one) => value && one.value === value) ?? buttons[0])?.focus();
  });

  // Counts from the rows what is said of them, so no answer can forget it.
  listen("htmx:afterSettle", () => { // by then the title is the new one
    const list = pick("[data-title]");
    if (!list) return;
    const place = byId("unread");
    const unread = place && pickAll(".row[data-unread=true]").length;
    const names = pick("[data-path]")?.dataset.names;
    if (place) place.textContent = unread;
    document.title = `${unread ? `(${unread}) ` : ""}${names ? `${names} · ` : ""}${list.dataset.title}`;
  });

  listen("read", ({ detail }) => {
    const time = pick("#updated time");
    if (time) time.dateTime = detail;
  });
}
