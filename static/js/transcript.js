// A conversation opens where something new begins, else at its end; older messages come in above it
// without moving what one reads.
{
  const region = () => document.getElementById("conversation");
  const scroller = () => (getComputedStyle(region()).overflowY === "auto" ? region() : document.scrollingElement);
  let anchor = null;
  let top = 0;
  let hadFocus = false;
  let isAtEnd = false;

  // Who is at the end stays there where the foot grows, or the toast.
  const stay = new ResizeObserver(() => {
    if (isAtEnd) scroller().scrollTop = scroller().scrollHeight;
  });
  addEventListener("scroll", ({ target }) => {
    if (!region() || (target !== document && target !== region())) return; // but the field, or the notes
    const { scrollTop, scrollHeight, clientHeight } = scroller();
    isAtEnd = scrollTop + clientHeight > scrollHeight - 2;
  }, { capture: true, passive: true });

  const begin = () => {
    const here = region()?.querySelector(".transcript");
    const named = /^#(message|reveal)-/.test(location.hash) && document.getElementById(location.hash.slice(1));
    isAtEnd = false;
    for (const one of document.querySelectorAll(".review, .review-form, .toast")) stay.observe(one);
    if (!here || named) return;
    const place = scroller();
    const edge = place === region() ? place.getBoundingClientRect().top : 0;
    const mark = here.querySelector("[data-opens]");
    place.scrollTop += mark ? mark.getBoundingClientRect().top - edge - place.clientHeight / 3 : place.scrollHeight;
  };

  // The chunk and what is shown may share messages, where newer ones moved the pages, a day, and what
  // is new: that begins further up.
  const join = () => {
    for (const one of region().querySelectorAll(".transcript [id^=message-]")) {
      const same = region().querySelectorAll(`#${one.id}`);
      if (same.length > 1) same[0].remove();
    }
    for (const kind of ["unread", "unreviewed"]) {
      for (const line of [...region().querySelectorAll(`.opens.${kind}`)].slice(1)) line.remove();
    }
    let day = "";
    for (const heading of region().querySelectorAll(".day")) {
      if (heading.dataset.day === day) heading.remove();
      day = heading.dataset.day;
    }
  };

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target?.id !== "older") return;
    anchor = region().querySelector(".transcript .message");
    top = anchor?.getBoundingClientRect().top;
    hadFocus = detail.target.contains(document.activeElement);
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.target?.id === "conversation") begin();
  });
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target?.id !== "older") return;
    join();
    // By how much it really moved: some browsers hold what one reads themselves.
    if (anchor) scroller().scrollTop += anchor.getBoundingClientRect().top - top;
    if (!hadFocus) return;
    const first = region().querySelector(".transcript .message") ?? region();
    first.tabIndex = -1;
    first.focus({ preventScroll: true }); // the button is gone
  });
  begin();
}
