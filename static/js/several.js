// Selects rows, and marks several read: asks first, one request a row, three at a time, a result for each.
{
  const AT_ONCE = 3;
  let last = null;
  let before = [];
  let asker = null;
  let texts = null; // the form of the list that was there last
  let runs = false;
  let until = 0; // when more may be sent

  const boxes = () => [...pickAll(".row-check input")];
  const chosen = () => boxes().filter((box) => box.checked);
  const plurals = new Intl.PluralRules(document.documentElement.lang);
  const words = (name, n) => texts.getAttribute(`data-${name}-${plurals.select(n)}`).replace("{n}", n);
  // Also done: rows that can't be shown as read here, with a notice instead.
  const isDone = (id) => !byId(`mark-${id}`) || pick(`#alert-${id} .notice`);

  const count = () => {
    const form = byId("several");
    if (!form) return;
    form.querySelector("#chosen").textContent = `(${chosen().length})`;
    const all = form.querySelector(".several-all");
    const left = pickAll(".row-act form").length;
    texts = form;
    all.hidden = !left;
    if (form.dataset.allOne) all.lastChild.data = words("all", left);
  };
  listen("htmx:afterSettle", count);

  const pause = async () => {
    const place = byId("several-waits");
    for (let left; (left = until - Date.now()) > 0;) {
      place.querySelector("b").textContent = Math.ceil(left / 1000);
      if (place.hidden) emit("tell", place.textContent);
      place.hidden = false;
      await new Promise((done) => setTimeout(done, Math.min(left, 500)));
    }
    place.hidden = true;
  };

  const mark = async (id) => {
    const headers = { "Inbox-Several": "yes" };
    let row;
    do {
      await pause();
      row = runs && byId(`mark-${id}`);
      if (!row) return;
      row.waits = false;
      await htmx.ajax("POST", row.action, { source: row, headers }).catch(() => undefined);
    } while (row.waits);
  };

  // More than a minute allows: waits as long as the server asks, and tries again.
  listen("htmx:beforeSwap", ({ detail }) => {
    if (detail.xhr.status !== 429 || !detail.requestConfig.headers["Inbox-Several"]) return;
    detail.shouldSwap = false;
    detail.requestConfig.elt.waits = true;
    until = Date.now() + 1000 * detail.xhr.getResponseHeader("Retry-After");
  });

  const tell = (ids) => {
    const failed = ids.filter((id) => !isDone(id));
    for (const box of boxes()) if (ids.includes(box.value)) box.checked = failed.includes(box.value);
    const done = words("done", ids.length - failed.length);
    const detail = failed.length ? `${done} ${words("failed", failed.length)}` : done;
    emit("tell", detail);
    const isElsewhere = focused().closest(".row, .rail, .conversation"); // the person went on meanwhile
    if (!isElsewhere) (chosen()[0] ?? byId("status")).focus();
    count();
  };

  const run = async () => {
    const ids = chosen().map((box) => box.value);
    const progress = byId("several-progress");
    const queue = [...ids];
    Object.assign(progress, { hidden: false, max: ids.length, value: 0 });
    byId("several-stop").focus();
    runs = true;
    const work = async () => {
      while (runs && queue.length) {
        await mark(queue.shift());
        progress.value += 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    progress.hidden = true;
    tell(runs ? ids : ids.filter(isDone));
    runs = false;
  };


  // Another list in their place would hide their results.
  listen("htmx:beforeRequest", (event) => {
    if (runs && event.detail.target.id === "list") event.preventDefault();
  });

  listen("click", (event) => {
    if (event.target.closest("#several-stop")) runs = until = 0; // running requests end, the rest stays
    const box = event.target.closest(".row-check input");
    if (!box) return;
    const all = boxes();
    if (event.shiftKey && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      for (const between of all.slice(from, to + 1)) between.checked = box.checked;
    }
    last = box;
    count();
  });

  listen("submit", (event) => {
    if (event.target.id !== "several") return;
    event.preventDefault();
    before = chosen();
    asker = event.submitter;
    if (asker?.name === "all") for (const box of boxes()) box.checked = true;
    count();
    const ids = chosen();
    if (!ids.length) return;
    byId("several-question").textContent = words("asks", ids.length);
    byId("several-ask").showModal();
  });

  // The pressed button goes, and the focus with it.
  listen("reset", ({ target }) => {
    if (target.id === "several") setTimeout(() => target.querySelector(".several-all").focus());
  });

  listen("close", ({ target }) => {
    if (target.id !== "several-ask") return;
    if (target.returnValue === "yes") run();
    else for (const box of boxes()) box.checked = before.includes(box);
    target.returnValue = "";
    count();
    const isLost = focused() === document.body || target.contains(focused());
    if (!runs && isLost) asker?.focus();
  }, true);
}
