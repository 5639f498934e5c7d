// A conversation opens at the requested message, else where something new begins, else at its
// end. Older messages load above, newer ones below, without moving what a person reads.
{
  const messages = () => [...talk().querySelectorAll(".transcript .message")];
  const isPart = (target) => target?.matches("#older, #newer");
  let loaded = performance.timeOrigin; // changes with each load, to tell it from a mere change of address
  let before = []; // what was shown before, if it is the same conversation
  let edge = null; // the message next to the loading ones
  let hadFocus = false;
  let isAtEnd = false;

  // A reader at the end stays there when the foot or the toast grows.
  const stay = new ResizeObserver(() => {
    if (isAtEnd) talkScroller().scrollTop = talkScroller().scrollHeight;
  });
  addEventListener("scroll", ({ target }) => {
    if (talk() && (target === document || target === talk())) isAtEnd = isAtTalkEnd(); // not the field, or the notes
  }, true);

  const ids = () => [...talk().querySelectorAll(".transcript [id^=message-]")].map(({ id }) => id);

  const begin = () => {
    const here = talk()?.querySelector(".transcript");
    const named = /^#(message|reveal)-/.test(location.hash) && byId(location.hash.slice(1));
    isAtEnd = false;
    for (const one of pickAll(".review, .review-form, .toast")) stay.observe(one);
    if (!here || named) return;
    const place = talkScroller();
    const edge = place === talk() ? place.getBoundingClientRect().top : 0;
    const isSame = before[0] === talkPath();
    const news = ids().find((id) => !before.includes(id));
    const opens = isSame ? byId(news) : here.querySelector("[data-opens]");
    const mark = here.querySelector("[aria-current]") ?? here.querySelector(".sought") ?? opens;
    place.scrollTop += mark ? mark.getBoundingClientRect().top - edge - place.clientHeight / 3 : place.scrollHeight;
  };

  // The chunk and the page may share messages, if newer ones moved the pages. They may share a day and
  // the mark of new messages: that begins further up. Where the summary ends stands in the lower one:
  // what it stood below in the upper one may be shared.
  const join = (isBelow) => {
    for (const one of talk().querySelectorAll(".transcript [id^=message-]")) {
      const same = talk().querySelectorAll(`#${one.id}`);
      if (same.length > 1) same[Number(isBelow)].remove();
    }
    for (const kind of ["unread", "unreviewed"]) {
      for (const line of [...talk().querySelectorAll(`.opens.${kind}`)].slice(1)) line.remove();
    }
    for (const line of [...talk().querySelectorAll(".summary-ends")].slice(0, -1)) line.remove();
    let day = "";
    for (const heading of talk().querySelectorAll(".day")) {
      const isBare = heading.nextElementSibling?.matches(".day");
      if (isBare || heading.dataset.day === day) heading.remove();
      if (!isBare) day = heading.dataset.day;
    }
  };

  listen("htmx:beforeSwap", ({ detail }) => {
    if (detail.target === talk()) before = [talkPath(), ...ids()];
    if (!isPart(detail.target)) return;
    edge = messages().at(detail.target.id === "newer" ? -1 : 0);
    hadFocus = detail.target.contains(focused());
  });
  const beginAnew = (isHeld) => {
    loaded += 1;
    if (!isHeld) begin();
  };
  listen("htmx:historyRestore", () => {
    before = [];
    beginAnew();
  });
  listen("htmx:afterSettle", ({ detail }) => {
    if (detail.target === talk()) beginAnew(detail.isHeld);
  });
  listen("htmx:afterSwap", ({ detail }) => {
    if (!isPart(detail.target)) return;
    const isBelow = detail.target.id === "newer";
    join(isBelow);
    if (!hadFocus) return;
    const next = (isBelow ? messages()[messages().indexOf(edge) + 1] : edge) ?? talk(); // older ones came in out of sight
    next.tabIndex = -1;
    next.focus({ preventScroll: true }); // the button is gone
  });
  begin();

  // A link to a loaded message keeps the page: only the address changes, and Back changes it back.
  const named = ({ pathname }) => {
    const [, path, id] = /^(.+\/chatrooms\/\d+\/)messages\/(\d+)\/$/.exec(pathname) ?? [];
    return path && path === talkPath() ? byId(`message-${id}`) : null;
  };
  const choose = (message) => {
    for (const one of talk().querySelectorAll(".transcript [aria-current]")) one.ariaCurrent = null;
    if (message) message.ariaCurrent = "true";
  };
  listen("click", (event) => {
    const link = event.target.closest("a[href]");
    const message = link && isPlain(event) && named(link);
    if (!message) return;
    event.preventDefault();
    if (link.href !== location.href) {
      history.replaceState({ htmx: true, loaded, top: talkScroller().scrollTop }, "");
      history.pushState({ htmx: true, loaded }, "", link.href);
    }
    choose(message);
    message.scrollIntoView({ block: "nearest" });
  });
  addEventListener("popstate", (event) => {
    if (event.state?.loaded !== loaded || talk().ariaBusy) return;
    event.stopImmediatePropagation(); // htmx would ask for the page again
    const message = named(location);
    choose(message);
    if (event.state.top === undefined) message.scrollIntoView({ block: "nearest" });
    else talkScroller().scrollTop = event.state.top;
  }, true);
}
