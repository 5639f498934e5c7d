// Keeps what a person reads in place, to the pixel, while something comes, goes or grows above it.
{
  const PLACES = { "#list [data-item]": ".tools", ".transcript [id^=message-]": ".conversation-head" };
  let noted = null;
  let held = [];
  let left = 0;

  const edges = (one) => one.getBoundingClientRect();
  const scrollerOf = (one) => (talk()?.contains(one) ? talkScroller() : document.scrollingElement);

  // The current element, then those after it, in case it goes: the focused one, else the open row, else the
  // first visible one. At the top of the list there is none: new rows should be seen.
  const look = ([items, bar]) => {
    const edge = Math.max(edges(pick(bar) ?? document.head).bottom, 0);
    const all = [...pickAll(items)];
    const seen = all.filter((one) => edges(one).top < innerHeight && edges(one).bottom > edge);
    const on = seen.find((one) => one.contains(focused())) ?? seen.find((one) => one.querySelector("[aria-current]"));
    const from = all.indexOf(on ?? seen[0]);
    if (from < 0 || (bar === ".tools" && !on && !from && edges(all[0]).top >= edge)) return [];
    return [...all.slice(from), ...all.slice(0, from).reverse()].map((one) => {
      const { item } = one.dataset;
      return { name: item ? `[data-item="${item}"]` : `#${one.id}`, top: edges(one).top };
    });
  };
  const note = () => {
    noted = { places: Object.entries(PLACES).map(look), path: talkPath(), isAtEnd: talk() && isAtTalkEnd() };
  };

  const steady = () => {
    for (const one of held) {
      const find = ({ name }) => pick(name);
      const place = one.places.find((stays) => find(stays)?.checkVisibility());
      if (!place) continue;
      one.scroller = scrollerOf(find(place));
      one.scroller.scrollTop += edges(find(place)).top - place.top;
      one.at = one.scroller.scrollTop;
    }
  };
  // Rows are laid out in full only in sight: corrects that before they are drawn, and twice more.
  const observer = new ResizeObserver(() => {
    observer.disconnect();
    steady();
    watch();
  });
  const watch = () => {
    left -= 1;
    if (left >= 0) observer.observe(document.body);
  };
  const hold = () => {
    held = noted.places.map((places) => ({ places }));
    noted = null;
    steady();
    queueMicrotask(() => {
      held = held.filter(({ scroller, at }) => scroller?.scrollTop === at); // else something scrolled it elsewhere
      left = 3;
      watch();
    });
  };

  listen("htmx:beforeSwap", note, true);
  listen("htmx:afterSettle", ({ detail }) => {
    const { target, xhr } = detail;
    if (!noted || !xhr || target?.matches("[role=alert]")) return;
    const isSought = target?.querySelector(".transcript :is([aria-current], .sought)");
    const begins = target === talk() && (isSought || noted.isAtEnd || noted.path !== talkPath());
    if (begins || noted.isAtEnd) noted.places.pop(); // transcript.js shows where something new is, and the end
    detail.isHeld = !begins;
    hold();
  }, true);
  listen("moves", ({ detail: change }) => {
    note();
    change();
    hold();
  });
}
