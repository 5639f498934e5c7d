// Reading part by part goes on by itself until it is stopped; loaded parts stay. [data-scan] tells how
// far it is, and is replaced with each part.
{
  const scanOf = (elt) => elt.closest("[data-scan]");
  const runs = (scan) => scan.hasAttribute("data-runs");
  const turn = (scan, on) => {
    scan.toggleAttribute("data-runs", on);
    scan.querySelector(on ? "[data-stop]" : "[type=submit]").focus();
  };
  // The address, also after Back, may name something that comes with a later part.
  const named = () => byId(location.hash.slice(1));
  let hadFocus = false;
  let waits = false; // for the named element, unless the person looks around meanwhile

  listen("click", ({ target }) => {
    const stop = target.closest("[data-stop]");
    if (stop) turn(scanOf(stop), false);
  });
  listen("submit", ({ target }) => {
    if (scanOf(target)) turn(scanOf(target), true);
  }, true);

  // A stop also ends a wait for the next minute.
  listen("htmx:beforeRequest", (event) => {
    const scan = scanOf(event.detail.elt);
    if (scan && !runs(scan)) event.preventDefault();
  });
  setInterval(() => {
    for (const seconds of pickAll("[data-scan] .waits b")) {
      seconds.textContent = Math.max(seconds.textContent - 1, 0);
    }
  }, 1000);

  // Ignores an answer after the stop; its pages are in the cache for anyone who goes on.
  listen("htmx:beforeSwap", ({ detail }) => {
    const scan = scanOf(detail.requestConfig.elt);
    if (!scan) return;
    if (!runs(scan)) detail.shouldSwap = false;
    hadFocus = scan.contains(focused());
  });

  listen("htmx:afterSwap", ({ detail }) => {
    const before = detail.requestConfig && scanOf(detail.requestConfig.elt);
    const scan = before && byId(before.id);
    if (!scan) return;
    const place = scan.contains(focused()) && focused().checkVisibility();
    if (hadFocus && !place) (scan.querySelector("[type=submit], [data-prints]") ?? scan).focus();
  });

  listen("htmx:afterSettle", () => {
    if (!waits || !named()) return;
    waits = false;
    named().scrollIntoView({ block: "center" });
  });
  waits = location.hash && !named();
  listen("wheel pointerdown keydown", () => { waits = false; });
  listen("click", ({ target, defaultPrevented }) => {
    const item = target.closest("a") && target.closest("#rows > [id]");
    if (item && !defaultPrevented && pick("[data-scan]")) history.replaceState(history.state, "", `#${item.id}`);
  });

  listen("htmx:afterRequest", ({ detail }) => {
    const scan = scanOf(detail.elt);
    if (detail.successful || !scan) return;
    const stopped = focused().matches("[data-stop]"); // it goes
    scan.removeAttribute("data-runs");
    if (stopped) scan.querySelector("[type=submit]").focus();
  });
}
