// When the toast closes or its Undo goes, or a row's act, the focus moves to what was acted on.
{
  const toast = () => byId("toast");
  let hadFocus = false;
  let said = {};

  const leave = () => {
    const { room, control } = { ...said, ...toast().querySelector("[data-room]")?.dataset };
    const isOpen = location.pathname.includes(`/chatrooms/${room}/`);
    const places = [isOpen && control, `open-${room}`, isOpen && "conversation", "main"];
    reach(places.map(byId).find((one) => one?.checkVisibility()));
  };
  const note = () => {
    const row = focused().closest(".queued");
    hadFocus = focused().closest(".queued, #toast, #hand-over");
    said = { ...said, ...(row ?? toast().querySelector("[data-room]"))?.dataset };
  };

  listen("submit", (event) => {
    const { target } = event;
    if (!target.matches(".toast-close")) return;
    event.preventDefault();
    // If this is not heard, the next page says it once more.
    fetchPart(target.action, { body: new FormData(target), keepalive: true })
      .catch(() => undefined);
    note();
    toast().replaceChildren();
    leave();
  });
  listen("htmx:beforeSwap", note);
  listen("htmx:afterSettle", () => {
    if (hadFocus && focused() === document.body) leave();
    hadFocus = false;
  });
}
