// A refresh keeps what was selected and where one is; one that finds nothing new says so.
{
  let selected = [];
  const tell = (text) => {
    const told = document.createElement("span");
    told.textContent = text;
    document.getElementById("status").replaceChildren(told);
  };
  document.addEventListener("tell", ({ detail }) => tell(detail));
  let hadFocus = false;

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!["list", "found"].includes(event.detail.target?.id)) return;
    selected = [...document.querySelectorAll(".row-check :checked")].map((box) => box.value);
    hadFocus = Boolean(document.activeElement?.closest("#list"));
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id === "list") {
      for (const id of selected) document.querySelector(`.row-check [value="${id}"]`)?.click();
    }
  });

  // What had the focus is no more: the open row has it then, or the conversation without one, or the first row.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id !== "list") return;
    const isLost = hadFocus && document.activeElement === document.body;
    const places = [".row-name [aria-current]", ".conversation:has([data-path])", ".row-name a, .person-name a"];
    if (isLost) places.map((place) => document.querySelector(place)).find(Boolean)?.focus();
    hadFocus = false;
  });

  // Retry goes with what it stands in: the act's own button has the focus from then on.
  document.addEventListener("click", ({ target }) => {
    const { form, value } = target.closest(".alert button[form]") ?? {};
    const buttons = [...(form?.querySelectorAll("button") ?? [])];
    (buttons.find((one) => value && one.value === value) ?? buttons[0])?.focus();
  });

  document.addEventListener("htmx:afterSettle", () => { // by then the title is the new one
    const unread = document.getElementById("unread");
    if (!unread) return;
    const title = document.title.replace(/^\(\d+\) /, "");
    document.title = unread.textContent === "0" ? title : `(${unread.textContent}) ${title}`;
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, xhr } = event.detail;
    if (elt.id !== "refresh" || xhr.status !== 204) return;
    tell(elt.dataset.none);
    document.dispatchEvent(new CustomEvent("read", { detail: xhr.getResponseHeader("Inbox-Read-At") }));
  });

  document.addEventListener("read", (event) => {
    const time = document.querySelector("#updated time");
    if (time && event.detail) time.dateTime = event.detail;
  });
}
