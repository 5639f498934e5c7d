// Has the conversation read ahead that is likely to be opened next, one at a time: it opens at once then.
{
  const REST = 100; // milliseconds on a row: nothing is asked while passing over it
  const KEPT = 50_000; // a little less than what was read ahead serves
  let next = null; // its row
  let timer = 0;
  let isAsking = false;

  const wait = (most) => {
    clearTimeout(timer);
    timer = setTimeout(read, most);
  };
  const read = async () => {
    const row = next;
    const link = row.querySelector(".row-name [href*=chatrooms]:not([aria-current])");
    if (isAsking) return wait(REST);
    isAsking = true;
    if (link?.checkVisibility() && document.hasFocus()) await fetchPart(`${link.pathname}ahead/`).catch(() => undefined);
    isAsking = false;
    return wait(row === next ? KEPT : REST);
  };
  const look = (row) => {
    if (!row || row === next) return;
    next = row;
    wait(REST);
  };

  listen("mouseover focusin", ({ target }) => look(target.closest(".row")));
  // After the open one comes the one below.
  listen("htmx:afterSettle", ({ target }) => target === talk() && look(pick(".row:has([aria-current]) + .row")));
}
