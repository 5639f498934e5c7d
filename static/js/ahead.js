// Has the conversation read ahead that is likely to be opened next, one at a time: it opens at once then.
{
  const REST = 100; // milliseconds on a row: nothing is asked while passing over it
  const KEPT = 50_000; // a little less than what was read ahead serves; then it is asked for again, once something moves
  let next = null; // its link
  let timer;
  let isAsking = false;

  const wait = (act, most) => {
    clearTimeout(timer);
    timer = setTimeout(act, most);
  };
  const read = async () => {
    const link = next;
    if (!isAsking) {
      isAsking = true;
      if (!isPaused()) await fetchPart(`${link.pathname}ahead/`).catch(() => undefined);
      isAsking = false;
      if (link === next) return wait(() => { next = null; }, KEPT);
    }
    return wait(read, REST);
  };

  // Elsewhere than on another row, and once a conversation is shown, it is the one below that.
  listen("htmx:afterSettle mouseover focusin keydown", ({ target, detail }) => {
    const all = [...pickAll(".row-name [href*=chatrooms]")];
    // What htmx swaps has a detail: nobody rests on it by that.
    const link = all.find((one) => !one.ariaCurrent && one.closest(".row") === (detail || target.closest(".row")))
      ?? all[all.findIndex((one) => one.ariaCurrent) + 1 || -1];
    if (!link || link === next) return;
    next = link;
    wait(read, REST);
  });
}
