// Opens a conversation beside its list where there is room; elsewhere the link is followed as any other.
{
  const wide = matchMedia("(width >= 960px)");
  const links = () => [...document.querySelectorAll(".row-name a")];
  let opened = 0;
  let failed = null;

  const show = (path) => {
    for (const link of links()) {
      if (link.pathname === path) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    document.querySelector(".regions")?.classList.toggle("opened", path.includes("/chatrooms/"));
  };

  // Where it is said that a conversation did not open: beside the row that was chosen.
  const alert = () => {
    const row = document.querySelector(".row:has([aria-current])");
    return row?.checkVisibility() ? row.querySelector("[role=alert]") : null;
  };

  const open = async (address) => {
    const region = document.getElementById("conversation");
    const mine = ++opened;
    failed?.replaceChildren();
    failed = null;
    // It is rejected where the dashboard can't be reached, or where another conversation is chosen meanwhile.
    await htmx.ajax("GET", address, { source: region, target: region, swap: "innerHTML" })
      .catch(() => { if (mine === opened) failed = alert(); });
    if (mine === opened) show(location.pathname);
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".row-name a");
    const plain = !(event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (event.target.closest("[data-opens-again]")) {
      event.preventDefault();
      document.getElementById("conversation").focus(); // the button goes
      open(location.href);
    }
    if (!link || !plain || !wide.matches) return;
    event.preventDefault();
    if (link.hasAttribute("aria-current")) {
      document.getElementById("conversation").focus();
      return;
    }
    show(link.pathname);
    open(link.href);
  });

  document.addEventListener("opens", ({ detail }) => {
    show(new URL(detail, location).pathname);
    (document.querySelector(".row-name [aria-current]") ?? document.getElementById("conversation")).focus();
    open(detail);
  });

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!detail.isError || detail.requestConfig?.elt.id !== "conversation") return;
    failed = alert();
    detail.target = failed ?? detail.target;
  });

  // What was reviewed is behind one: on to the next row.
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const isReview = detail.requestConfig.elt.id === "review-conversation" && detail.requestConfig.path.endsWith("review/");
    if (!isReview || !detail.successful || !wide.matches) return;
    const at = links().findIndex((link) => link.hasAttribute("aria-current"));
    const next = at < 0 ? null : links()[at + 1];
    next?.focus();
    next?.click();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id !== "conversation") show(location.pathname);
  });
  document.addEventListener("htmx:historyRestore", () => show(location.pathname));
}
