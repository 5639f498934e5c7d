// A refresh keeps the selection and the place; if it finds nothing new, it says so.
{
  let selected = []; // the selection before the current swap
  const tell = (textContent, className = "") => {
    const told = Object.assign(document.createElement("span"), { textContent, className });
    document.getElementById("status").replaceChildren(told);
  };
  document.addEventListener("tell", ({ detail }) => tell(detail));
  let hadFocus = false;

  document.addEventListener("htmx:beforeSwap", (event) => {
    selected = [...document.querySelectorAll(".row-check :checked")].map((box) => box.value);
    if (["list", "found"].includes(event.detail.target?.id)) hadFocus = Boolean(document.activeElement?.closest("#list"));
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (!event.detail.xhr) return;
    for (const box of document.querySelectorAll(".row-check input")) if (selected.includes(box.value)) box.checked = true;
  });

  // The focused element is gone: focuses the open row, else the conversation, else the first row in sight.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id !== "list") return;
    const updated = document.getElementById("updated");
    if (updated) tell(updated.textContent, "hidden");
    const isLost = hadFocus && document.activeElement === document.body;
    const on = document.querySelector(".row-name [aria-current]") ?? (talkPath() && talk());
    const isSeen = (link) => link.getBoundingClientRect().top > 48;
    const first = [...document.querySelectorAll(".row-name a, .person-name a")].find(isSeen);
    if (isLost) (on ?? first)?.focus({ preventScroll: true });
    hadFocus = false;
  });

  // Retry goes with its alert: the focus moves to the act's own button.
  document.addEventListener("click", ({ target }) => {
    const { form, value } = target.closest(".alert button[form]") ?? {};
    const buttons = [...(form?.querySelectorAll("button") ?? [])];
    (buttons.find((one) => value && one.value === value) ?? buttons[0])?.focus();
  });

  // Counts from the rows what is said of them, so no answer can forget it.
  document.addEventListener("htmx:afterSettle", () => { // by then the title is the new one
    const list = document.querySelector("[data-title]");
    if (!list) return;
    const place = document.getElementById("unread");
    const unread = place ? document.querySelectorAll('.row[data-unread="true"]').length : 0;
    const names = document.querySelector("[data-path]")?.dataset.names;
    if (place) place.textContent = unread;
    document.title = `${unread ? `(${unread}) ` : ""}${names ? `${names} · ` : ""}${list.dataset.title}`;
  });

  document.addEventListener("read", (event) => {
    const time = document.querySelector("#updated time");
    if (time && event.detail) time.dateTime = event.detail;
  });
}
