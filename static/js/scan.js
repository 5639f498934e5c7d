// A list that is looked through goes on by itself until it is stopped; what was found stays.
{
  const scan = () => document.getElementById("scan");
  const goesOn = (on) => scan()?.toggleAttribute("data-runs", on);
  let hadFocus = false;

  document.addEventListener("click", ({ target }) => {
    if (!target.closest("#scan-stop")) return;
    goesOn(false);
    document.getElementById("scan-on").focus();
  });
  document.addEventListener("submit", ({ target }) => {
    if (!target.closest("#scan")) return;
    goesOn(true);
    document.getElementById("scan-stop").focus();
  }, true);

  // What waited for the next minute does not go on after a stop.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (scan()?.contains(event.detail.elt) && !scan().hasAttribute("data-runs")) event.preventDefault();
  });
  setInterval(() => {
    const seconds = scan()?.querySelector(".waits b");
    if (seconds) seconds.textContent = Math.max(seconds.textContent - 1, 0);
  }, 1000);

  // An answer that comes after the stop is left; its pages are in the cache for whoever goes on.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target?.id !== "rows") return;
    if (!scan().hasAttribute("data-runs")) detail.shouldSwap = false;
    hadFocus = scan().contains(document.activeElement);
  });

  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target?.id !== "rows") return;
    for (const row of detail.target.querySelectorAll(".row")) {
      const first = document.getElementById(row.id);
      if (first !== row) first.replaceWith(row); // too many were found to tell the server of all
    }
    const place = scan().contains(document.activeElement) && document.activeElement.checkVisibility();
    if (hadFocus && !place) (document.getElementById("scan-on") ?? scan()).focus();
  });

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful || !scan()?.contains(detail.elt)) return;
    const stopped = document.activeElement.id === "scan-stop"; // which goes
    goesOn(false);
    if (stopped) document.getElementById("scan-on").focus();
  });
}
