// Has the conversation read ahead that is likely to be opened next, one at a time: it opens at once then.
{
  const REST = 100; // milliseconds on a row: nothing is asked while passing over it
  const KEPT = 50_000; // a little less than what was read ahead serves; then it is asked for again, once something moves
  let next = null; // its row
  let timer = 0;
  let isAsking = false;

  const wait = (act, most) => {
    clearTimeout(timer);
    timer = setTimeout(act, most);
  };
  const forget = () => { next = null; };
  const read = async () => {
    const row = next;
    const link = row.querySelector(".row-name [href*=chatrooms]:not([aria-current])");
    if (isAsking) return wait(read, REST);
    isAsking = true;
    if (link && !isPaused()) await fetchPart(`${link.pathname}ahead/`).catch(() => undefined);
    isAsking = false;
    return row === next ? wait(forget, KEPT) : wait(read, REST);
  };

  // Elsewhere than on another row, and once a conversation is shown, it is the row below the open one.
  listen("mouseover focusin keydown htmx:afterSettle", ({ target }) => {
    const row = target.closest(".row:not(:has([aria-current]))") ?? pick(".row:has([aria-current]) + .row");
    if (!row || row === next) return;
    next = row;
    wait(read, REST);
  });
}
