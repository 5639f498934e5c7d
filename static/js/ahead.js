// Has the conversation read ahead that is likely to be opened next, one at a time: it opens at once then.
{
  const REST = 100; // milliseconds on a row: nothing is asked while passing over it
  const KEPT = 50_000; // a little less than what was read ahead serves; then it is asked for again, once something moves
  let next = null; // its link
  let timer = 0;
  let isAsking = false;

  const wait = (act, most) => {
    clearTimeout(timer);
    timer = setTimeout(act, most);
  };
  const read = async () => {
    const link = next;
    if (isAsking) return wait(read, REST);
    isAsking = true;
    if (!isPaused()) await fetchPart(`${link.pathname}ahead/`).catch(() => undefined);
    isAsking = false;
    return link === next ? wait(() => { next = null; }, KEPT) : wait(read, REST);
  };

  // Elsewhere than on another row, and once a conversation is shown, it is the one below that.
  listen("mouseover focusin keydown htmx:afterSettle", ({ target }) => {
    const all = [...pickAll(".row-name [href*=chatrooms]")];
    const below = all.findIndex((link) => link.ariaCurrent) + 1;
    const link = all.find((one) => !one.ariaCurrent && one.closest(".row") === target.closest(".row")) ?? (below && all[below]);
    if (!link || link === next) return;
    next = link;
    wait(read, REST);
  });
}
