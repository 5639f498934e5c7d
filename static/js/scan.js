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
  const named = () => document.getElementById(location.hash.slice(1));
  let hadFocus = false;
  let waits = false; // for the named element, unless the person looks around meanwhile

  document.addEventListener("click", ({ target }) => {
    const stop = target.closest("[data-stop]");
    if (stop) turn(scanOf(stop), false);
  });
  document.addEventListener("submit", ({ target }) => {
    if (scanOf(target)) turn(scanOf(target), true);
  }, true);

  // A stop also ends a wait for the next minute.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const scan = scanOf(event.detail.elt);
    if (scan && !runs(scan)) event.preventDefault();
  });
  setInterval(() => {
    for (const seconds of document.querySelectorAll("[data-scan] .waits b")) {
      seconds.textContent = Math.max(seconds.textContent - 1, 0);
    }
  }, 1000);

  // Ignores an answer after the stop; its pages are in the cache for anyone who goes on.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const scan = scanOf(detail.requestConfig.elt);
    if (!scan) return;
    if (!runs(scan)) detail.shouldSwap = false;
    hadFocus = scan.contains(document.activeElement);
  });

  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    const before = detail.requestConfig && scanOf(detail.requestConfig.elt);
    const scan = before && document.getElementById(before.id);
    if (!scan) return;
    const place = scan.contains(document.activeElement) && document.activeElement.checkVisibility();
    if (hadFocus && !place) (scan.querySelector("[type=submit], [data-prints]") ?? scan).focus();
  });

  document.addEventListener("htmx:afterSettle", () => {
    if (!waits || !named()) return;
    waits = false;
    named().scrollIntoView({ block: "center" });
  });
  waits = location.hash && !named();
  for (const sign of ["wheel", "pointerdown", "keydown"]) {
    addEventListener(sign, () => { waits = false; });
  }
  document.addEventListener("click", ({ target, defaultPrevented }) => {
    const item = target.closest("a") && target.closest("#rows > [id]");
    if (item && !defaultPrevented && document.querySelector("[data-scan]")) history.replaceState(history.state, "", `#${item.id}`);
  });

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const scan = scanOf(detail.elt);
    if (detail.successful || !scan) return;
    const stopped = document.activeElement.matches("[data-stop]"); // it goes
    scan.removeAttribute("data-runs");
    if (stopped) scan.querySelector("[type=submit]").focus();
  });
}
