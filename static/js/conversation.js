// Opens a conversation beside its list where there is room; elsewhere the link is followed as any other.
// Highlighted is the row whose conversation is shown, or on its way: what is shown takes no act meanwhile.
{
  const wide = matchMedia("(width >= 960px)");
  const region = document.getElementById("conversation");
  const links = () => [...document.querySelectorAll(".row-name a")];
  const chosen = () => links().find((link) => link.hasAttribute("aria-current"));
  const shown = () => region?.querySelector("[data-path]")?.dataset.path ?? "";
  let awaited = null; // the path of what is on its way
  let opened = 0;
  let failed = null;
  let back = null; // what is asked for on the way back
  let isLate = false;

  const show = () => {
    const path = awaited ?? shown();
    for (const link of links()) {
      if (link.pathname === path) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    document.querySelector(".regions")?.classList.toggle("opened", path.includes("/chatrooms/"));
  };

  // What was on its way before is given up.
  const begin = (path) => {
    opened += 1;
    back?.abort();
    htmx.trigger(region, "htmx:abort");
    awaited = path;
    region.setAttribute("aria-busy", "true");
    show();
    return opened;
  };
  const end = () => {
    awaited = null;
    region.removeAttribute("aria-busy");
    show();
  };

  // Where it is said that a conversation did not open: beside the row that was chosen.
  const alert = () => document.querySelector(".row:has([aria-current]) [role=alert]");

  const open = async (address) => {
    const mine = begin(new URL(address).pathname);
    failed?.replaceChildren();
    failed = null;
    // It is rejected where the dashboard can't be reached, or where another conversation is chosen meanwhile.
    await htmx.ajax("GET", address, { source: region, target: region, swap: "innerHTML" })
      .catch(() => { if (mine === opened) failed = alert(); });
    if (mine === opened) end();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".row-name a");
    const plain = !(event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (event.target.closest("[data-opens-again]")) {
      region.focus(); // the button goes
      open(location.href);
    }
    if (!link || !plain || !wide.matches) return;
    event.preventDefault();
    if (link.hasAttribute("aria-current")) region.focus();
    else open(link.href);
  });

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!detail.isError || detail.requestConfig?.elt.id !== "conversation") return;
    failed = alert();
    detail.target = failed ?? detail.target;
  });

  // A row may be answered when another conversation is shown: nothing of it goes in there.
  document.addEventListener("htmx:beforeRequest", ({ detail: { xhr } }) => {
    const asked = shown();
    xhr.addEventListener("readystatechange", () => { isLate = asked !== shown(); });
    xhr.addEventListener("loadend", () => { isLate = false; });
  });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (isLate && region.contains(event.target)) event.preventDefault();
  });

  // What was reviewed is behind one: on to the next row, unless one is on the way elsewhere.
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const isReviewed = detail.requestConfig.elt.id === "review-conversation" && detail.successful;
    if (!isReviewed || !wide.matches || awaited !== null || !chosen()) return;
    const next = links()[links().indexOf(chosen()) + 1];
    next?.focus();
    next?.click();
  });

  document.addEventListener("htmx:afterSwap", ({ target }) => (target === region ? end() : show()));

  // Back and Forward take the focus along, out of another row and of what goes.
  const follow = (came) => {
    const row = document.activeElement.closest(".row");
    const opens = awaited.includes("/chatrooms/");
    const stays = row ? !opens || row.contains(chosen()) : !region.contains(document.activeElement);
    if (stays) return;
    const link = opens ? row && chosen() : came;
    (link ?? region).focus({ preventScroll: true });
    link?.closest(".row").scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("htmx:historyCacheMiss", ({ detail: { xhr } }) => {
    const came = chosen();
    const mine = begin(location.pathname);
    back = xhr;
    back.addEventListener("loadend", () => { if (mine === opened) end(); });
    follow(came);
  });
}
