// When the toast closes or its Undo goes, or a row's act, the focus moves to what was acted on.
{
  const toast = () => document.getElementById("toast");
  let hadFocus = false;
  let said = {};

  const leave = () => {
    const { room, control } = said;
    const isOpen = location.pathname.includes(`/chatrooms/${room}/`);
    const places = [isOpen && control, `open-${room}`, isOpen && "conversation", "main"];
    const found = places.map((id) => document.getElementById(id)).find((one) => one?.checkVisibility());
    found.focus({ preventScroll: true });
    found.closest(".row")?.scrollIntoView({ block: "nearest" });
  };
  const note = () => {
    const row = document.activeElement.closest(".queued");
    hadFocus = row || toast().contains(document.activeElement);
    said = { ...said, ...(row ?? toast().querySelector("[data-room]"))?.dataset };
  };

  document.addEventListener("submit", (event) => {
    const { target } = event;
    if (!target.matches(".toast-close")) return;
    event.preventDefault();
    // If this is not heard, the next page says it once more.
    fetch(target.action, { method: "POST", body: new FormData(target), keepalive: true, headers: { "HX-Request": "true" } })
      .catch(() => undefined);
    note();
    toast().replaceChildren();
    leave();
  });
  document.addEventListener("htmx:beforeSwap", note);
  document.addEventListener("htmx:afterSettle", () => {
    if (hadFocus && document.activeElement === document.body) leave();
    hadFocus = false;
  });
}
