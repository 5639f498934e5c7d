// A pressed control takes no press for a moment; so do its replacement and anything that comes under
// the pointer: the second of two quick presses was meant for the old control. Typing always works.
{
  const MOMENT = 400;
  const UNDER_WAY = 10_000; // a form sent again later may have been stopped
  const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select";
  let last = {};

  const mark = (element, name = "fresh", wait = MOMENT) => {
    if (!element) return;
    clearTimeout(element.dataset[name]);
    element.dataset[name] = setTimeout(() => delete element.dataset[name], wait);
  };
  const stop = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const renew = () => {
    for (const form of document.forms) delete form.dataset.sent;
  };
  const isClosed = (target) => target.closest("[data-fresh], [aria-busy=true]:not(input)");

  // Presses by scripts go through.
  addEventListener("click", (event) => {
    const { target, detail, clientX, clientY } = event;
    if (!event.isTrusted || target.closest(TYPING)) return;
    const isThere = detail && Math.hypot(clientX - last.clientX, clientY - last.clientY) < 24;
    if (isClosed(target) || (isThere && document.body.dataset.swapped)) return stop(event);
    const pressed = target.closest("a, button");
    for (const one of [pressed, pressed?.form]) mark(one);
    if (detail) last = event;
  }, true);
  addEventListener("keydown", (event) => {
    const { target } = event;
    const writes = event.isComposing || (target.matches("textarea") && !event.ctrlKey && !event.metaKey);
    if (event.key === "Escape") renew(); // it may stop what is under way
    if (event.key === "Enter" && !writes && (event.repeat || isClosed(target))) stop(event);
  }, true);

  // A form that leads to another page is sent once.
  addEventListener("submit", (event) => {
    const { target } = event;
    if (event.defaultPrevented || target.matches("[method=dialog]")) return;
    if (target.dataset.sent) stop(event);
    else mark(target, "sent", UNDER_WAY);
  });
  addEventListener("pageshow", renew);

  listen("htmx:afterSwap", ({ target, detail }) => {
    const { elt, triggeringEvent } = detail.requestConfig ?? {};
    // A page's own request is no press.
    if (!elt || (elt.matches("[data-own], [data-scan] form") && triggeringEvent?.type !== "submit")) return;
    mark(document.body, "swapped");
    if (!target.matches(".rows")) mark(target);
  });
  listen("htmx:historyRestore", () => mark(talk()));
  listen("beforetoggle", ({ target }) => mark(target.closest("dialog")), true);
}
