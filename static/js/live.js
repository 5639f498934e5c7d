// While somebody looks, asks whether a list or conversation changed, and says so; never moves anything.
{
  const ACTIVE = 10_000;
  const IDLE = 60_000;
  const PASSING = "#news, #conversation-news, .presence, .pins"; // parts that load by themselves and change no list
  const asked = new WeakMap();
  let pinsAsked = Date.now();
  let active = pinsAsked;
  let swaps = 0;

  const shown = (region) =>
    [...region.querySelectorAll("[data-item]")].map(({ dataset }) => `${dataset.item}:${dataset.mark}`).join() || "none";

  // Never repeats a shown notice: it would be read out again, and lose the focus.
  // Returns the notice.
  const say = (place, html) => {
    const news = byId(place);
    if (!news) return null;
    const hadFocus = news.contains(focused());
    const told = new DOMParser().parseFromString(html, "text/html").querySelector("button, .news-told, .alert");
    const isSaid = news.textContent.trim() === (told?.textContent.trim() ?? "");
    emit("moves", () => htmx.swap(news, html, { swapStyle: isSaid ? "none" : "innerHTML" }));
    if (hadFocus && !news.contains(focused())) (news.querySelector("button, a") ?? byId(place === "news" ? "refresh" : "conversation")).focus();
    return told;
  };
  // Beside the list, or beside the conversation if the list is hidden.
  const inSight = () => (byId("list")?.checkVisibility() ? "news" : "conversation-news");
  const warn = (name) => say(inSight(), byId(name)?.innerHTML ?? "");
  // Tells a signed-out person so in the dashboard's own words, with a link.
  const hearEnd = (html) => {
    const isEnd = html.includes("data-ended");
    if (isEnd) say(inSight(), html);
    return isEnd;
  };

  // Popsell answers, where the answer says when it was read from there; news are about something not shown.
  const read = (at, news) => {
    if (!at) return;
    emit("over", "popsell");
    if (!news) emit("read", at);
  };

  const hear = async (response, region, before) => {
    const isList = region.querySelector("#news");
    const text = await response.text();
    if (response.status === 429 || hearEnd(text)) return;
    if (!response.ok) {
      if (isList) warn("news-silent");
      return;
    }
    if (before !== swaps) return; // the page changed meanwhile: this is about another one
    emit("over", "connection");
    const told = say(isList ? "news" : region.id, text);
    if (isList && !told?.matches("[data-outage]")) read(response.headers.get("Inbox-Read-At"), told);
  };

  const ask = async (region) => {
    const { poll, mark } = region.dataset;
    const headers = { "Inbox-Mark": mark, "Inbox-Shown": shown(region) };
    const before = swaps;
    let wait = 0; // as long as it is asked to
    asked.set(region, Infinity);
    try {
      const response = await fetchPart(poll, { headers, signal: AbortSignal.timeout(IDLE) });
      wait = 1000 * response.headers.get("Retry-After");
      await hear(response, region, before);
    } catch {
      warn("news-offline");
    }
    asked.set(region, Date.now() + wait);
  };

  const look = (atOnce = false) => {
    const now = Date.now();
    if (document.hidden || isPaused()) return;
    const regions = pickAll("[data-poll]");
    for (const region of regions) {
      if (!asked.has(region)) asked.set(region, region.dataset.asked ?? now); // else from the start
      const since = now - asked.get(region);
      if (since >= (now - active < IDLE ? ACTIVE : IDLE) || (atOnce && since > 0)) ask(region);
    }
    if (!regions.length || now - pinsAsked < IDLE) return;
    pinsAsked = now;
    htmx.trigger(document.body, "pins");
  };

  const showPause = () => {
    const button = byId("pause");
    if (!button) return;
    button.hidden = false;
    button.ariaPressed = isPaused();
  };

  listen("visibilitychange", () => look(true));
  addEventListener("online", () => look(true));
  addEventListener("offline", () => warn("news-offline"));
  listen("pointermove pointerdown keydown scroll", () => { active = Date.now(); }, true);
  listen("click", ({ target }) => {
    if (target.closest("#pause")) {
      sessionStorage.setItem("paused", isPaused() ? "no" : "yes");
      showPause();
    }
    const list = target.closest("[data-loads]")?.closest("[data-poll]");
    if (list) htmx.ajax("GET", list.dataset.poll, { source: "#news", target: "#list", select: "#list", swap: "outerHTML ignoreTitle:true" })
      .catch(() => undefined);
  });
  listen("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
    if (elt.id !== "refresh" || xhr.status !== 204) return;
    say("news", "");
    emit("tell", elt.dataset.none);
    read(xhr.getResponseHeader("Inbox-Read-At"));
  });
  // A pin's own request is nobody's failed act.
  listen("htmx:beforeOnLoad", (event) => {
    const { elt, xhr } = event.detail;
    if (!elt.matches("[data-own]") || xhr.status < 400) return;
    hearEnd(xhr.responseText);
    event.preventDefault();
  });
  listen("htmx:afterSwap", ({ target }) => {
    if (!target.closest(PASSING)) swaps += 1;
    showPause();
  });
  showPause();
  look();
  setInterval(() => look(), 1000);
}
