// Opens a conversation beside its list where there is room; elsewhere the link works like any other.
// Highlights the row of the shown or loading conversation. While one loads, the shown one takes no act.
{
  const wide = matchMedia("(width >= 960px)");
  const region = byId("conversation");
  const links = () => [...pickAll(".row-name a")];
  const chosen = () => pick(".row-name [aria-current]");
  const shown = () => talkPath() ?? "";
  let awaited = null; // the path that is loading
  let opened = 0;
  let failed = null;
  let back = null; // the request of a way back
  let isLate = false;

  const show = () => {
    const path = awaited ?? shown();
    for (const link of links()) link.ariaCurrent = link.pathname === path ? "true" : null;
    pick(".regions")?.classList.toggle("opened", path.includes("/chatrooms/"));
  };

  // Gives up an earlier request.
  const giveUp = () => {
    opened += 1;
    back?.abort();
    htmx.trigger(region, "htmx:abort");
  };
  const begin = (path) => {
    giveUp();
    awaited = path.replace(/(\/chatrooms\/\d+\/).+/, "$1"); // also of one of its messages
    region.ariaBusy = "true";
    show();
    return opened;
  };
  const end = () => {
    awaited = null;
    region.ariaBusy = null;
    show();
  };

  // Where a failure to open is shown: beside the chosen row.
  const alert = () => {
    const row = pick(".row:has([aria-current])");
    return row?.checkVisibility() ? row.querySelector("[role=alert]") : null;
  };

  const open = async (address) => {
    const mine = begin(new URL(address).pathname);
    failed?.replaceChildren();
    failed = null;
    // Rejected if the dashboard can't be reached, or if another conversation is chosen meanwhile.
    await htmx.ajax("GET", address, { source: region, target: region, swap: "innerHTML" })
      .catch(() => { if (mine === opened) failed = alert(); });
    if (mine === opened) end();
  };

  listen("click", (event) => {
    const link = event.target.closest(".row-name a");
    if (event.target.closest("[data-opens-again]")) {
      event.preventDefault();
      region.focus({ preventScroll: true }); // the button goes
      open(new URL(event.target.closest("[data-poll]")?.dataset.poll ?? "", location).href); // new messages are at the end
    }
    if (!link || !region || !isPlain(event) || !wide.matches) return;
    event.preventDefault();
    if (link.ariaCurrent) region.focus();
    else open(link.href);
  });

  listen("opens", ({ detail }) => {
    const { href, pathname } = new URL(detail, location);
    if (!pathname.includes("/chatrooms/")) return location.assign(href);
    open(href);
    (chosen() ?? region).focus();
  });

  listen("htmx:beforeSwap", ({ detail }) => {
    if (!detail.isError || detail.requestConfig?.elt !== talk()) return;
    failed = alert();
    detail.target = failed ?? detail.target;
  });

  // The pressed control is gone, but its answer is still shown. A button in it is for what is shown now.
  const tellLate = (xhr, { href, textContent }) => {
    const place = byId("alerts");
    const said = xhr.responseText;
    if (said.includes('id="status"')) return htmx.swap(place, said, { swapStyle: "none" });
    const isTold = /^\s*<(div class="alert|p class="notice)/.test(said);
    if (!isTold && xhr.status && xhr.status < 300) return;
    place.replaceChildren(byId("no-connection").content.cloneNode(true));
    if (isTold) htmx.swap(place, said, { swapStyle: "innerHTML" });
    for (const button of place.querySelectorAll("button")) button.remove();
    place.firstElementChild.append(Object.assign(document.createElement("a"), { className: "link", dir: "auto", href, textContent }));
  };
  // The link to a control's conversation.
  const whose = (elt) => {
    const { textContent } = (region?.contains(elt) && region.querySelector("h2")) || {};
    return textContent ? { href: location.href, textContent } : elt.closest(".row")?.querySelector(".row-name a");
  };

  // A row's answer may come when another conversation is shown: none of it goes in there.
  listen("htmx:beforeRequest", ({ detail: { xhr, elt, requestConfig } }) => {
    const asked = shown();
    const pressed = requestConfig.verb === "post" && whose(elt);
    let isGone = false;
    xhr.addEventListener("readystatechange", () => {
      isLate = asked !== shown();
      isGone = !elt.isConnected;
    });
    xhr.addEventListener("loadend", () => {
      if (isGone && pressed) tellLate(xhr, pressed);
      isLate = false;
    });
  });
  // What this page has no place for has a template as its target, and goes nowhere.
  listen("htmx:oobBeforeSwap", (event) => {
    if (event.target.content || (isLate && region.contains(event.target))) event.preventDefault();
  });

  // Below the last row the toast says so, and leads to the next page of the list.
  const sayLast = () => {
    const last = byId("was-last").content.cloneNode(true);
    const words = last.querySelector("span").textContent;
    const said = pick(".toast-said");
    if (!said) return emit("tell", words);
    pick("#status span").append(` ${words}`);
    return said.after(last);
  };
  // After a review, moves on to the next row, unless another is loading. So it does from a row decided by its key.
  listen("htmx:afterRequest", ({ detail }) => {
    const { elt, path } = detail.requestConfig;
    const isReviewed = elt.id === "review-conversation" && path.endsWith("review/");
    const own = elt.closest(".queued") && focused().closest(".decided .row-name a");
    const from = detail.successful && (isReviewed ? chosen() : own);
    // Who writes a note would go on typing in the next one.
    if (!from || awaited !== null || focused().matches("textarea")) return;
    const left = links().filter((link) => link === from || !link.closest(".decided"));
    const next = left[left.indexOf(from) + 1];
    if (!next) return sayLast();
    next.focus();
    if (isReviewed) next.click();
  });

  listen("htmx:afterSwap", ({ target }) => (target === region ? end() : show()));

  // Back and Forward take the focus along, out of another row and of removed parts.
  const follow = (came) => {
    const row = focused().closest(".row");
    const opens = awaited.includes("/chatrooms/");
    if (row ? !opens || row.contains(chosen()) : !region.contains(focused())) return; // it stays
    reach((opens ? row && chosen() : came) ?? region);
  };
  // Sets the address back to what is shown, which is the chosen one again.
  const stay = () => {
    if (shown()) history.replaceState(history.state, "", chosen() ?? shown());
  };
  // Keeps a person who goes on writing there: their typing would go on in the next one.
  listen("input", ({ target }) => {
    if (awaited === null || awaited === shown() || !region.contains(target)) return;
    giveUp();
    end();
    stay();
  });
  listen("htmx:historyCacheMiss", ({ detail: { xhr } }) => {
    const headers = personHeaders();
    for (const name in headers) xhr.setRequestHeader(name, headers[name]);
    const came = chosen();
    const mine = begin(location.pathname);
    back = xhr;
    back.addEventListener("loadend", () => {
      if (mine !== opened) return;
      const requestConfig = { elt: region, verb: "get", path: location.href };
      if (xhr.status !== 200) htmx.trigger(region, "htmx:sendError", { requestConfig, xhr });
      end();
      if (xhr.status !== 200) stay();
    });
    follow(came);
  });
}
