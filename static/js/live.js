// While somebody looks, asks whether a list or a conversation changed, and says so; moves nothing itself.
{
  const ACTIVE = 10_000;
  const IDLE = 60_000;
  const PASSING = "#news, #conversation-news, .presence, .pins"; // what comes by itself, and changes no list
  const asked = new WeakMap();
  let pinsAsked = Date.now();
  let active = pinsAsked;
  let swaps = 0;

  const polled = () => [...document.querySelectorAll("[data-poll]")];
  const paused = () => sessionStorage.getItem("paused") === "yes";
  const shown = (region) =>
    [...region.querySelectorAll("[data-item]")].map(({ dataset }) => `${dataset.item}:${dataset.mark}`).join() || "none";

  // What is said already is not put there again: it would be read out anew, and lose the focus.
  const say = (place, html) => {
    const news = document.getElementById(place);
    if (!news) return;
    const hadFocus = news.contains(document.activeElement);
    const told = new DOMParser().parseFromString(html, "text/html").querySelector("button, .news-told, .alert");
    const isSaid = news.textContent.trim() === (told?.textContent.trim() ?? "");
    htmx.swap(news, html, { swapStyle: isSaid ? "none" : "innerHTML" });
    if (!hadFocus || news.contains(document.activeElement)) return;
    (news.querySelector("button, a") ?? document.getElementById(place === "news" ? "refresh" : "conversation")).focus();
  };
  // Beside the list, and where that is hidden beside the conversation.
  const inSight = () => (document.getElementById("list")?.checkVisibility() ? "news" : "conversation-news");
  const warn = (name) => say(inSight(), document.getElementById(name)?.innerHTML ?? "");
  // That one was signed out is said in the dashboard's own words, with a link.
  const hearEnd = (html) => {
    const isEnd = html.includes("data-ended");
    if (isEnd) say(inSight(), html);
    return isEnd;
  };

  const hear = async (response, region, before) => {
    const isList = Boolean(region.querySelector("#news"));
    const text = await response.text();
    if (response.status === 429 || hearEnd(text)) return undefined;
    if (!response.ok) return isList && warn("news-silent");
    if (before !== swaps) return undefined; // the page changed meanwhile: this is about another one
    say(isList ? "news" : region.id, text);
    const detail = response.headers.get("Inbox-Read-At");
    return isList && document.dispatchEvent(new CustomEvent("read", { detail }));
  };

  const ask = async (region) => {
    const { poll, mark } = region.dataset;
    const person = JSON.parse(document.body.getAttribute("hx-headers"));
    const headers = { ...person, "HX-Request": "true", "HX-Current-URL": location.href, "Inbox-Mark": mark, "Inbox-Shown": shown(region) };
    const before = swaps;
    let wait = 0; // as long as it is asked to
    asked.set(region, Infinity);
    try {
      const response = await fetch(poll, { headers, signal: AbortSignal.timeout(IDLE) });
      wait = 1000 * response.headers.get("Retry-After");
      await hear(response, region, before);
    } catch {
      warn("news-offline");
    }
    asked.set(region, Date.now() + wait);
  };

  const look = (atOnce = false) => {
    const now = Date.now();
    if (document.hidden || paused()) return;
    for (const region of polled()) {
      if (!asked.has(region)) asked.set(region, now);
      const since = now - asked.get(region);
      if (since >= (now - active < IDLE ? ACTIVE : IDLE) || (atOnce && since > 0)) ask(region);
    }
    if (!polled().length || now - pinsAsked < IDLE) return;
    pinsAsked = now;
    htmx.trigger(document.body, "pins");
  };

  const showPause = () => {
    const button = document.getElementById("pause");
    if (!button) return;
    button.hidden = false;
    button.setAttribute("aria-pressed", String(paused()));
  };

  document.addEventListener("visibilitychange", () => look(true));
  addEventListener("online", () => look(true));
  addEventListener("offline", () => warn("news-offline"));
  for (const sign of ["pointermove", "pointerdown", "keydown", "scroll"]) {
    addEventListener(sign, () => { active = Date.now(); }, { passive: true, capture: true });
  }
  document.addEventListener("click", ({ target }) => {
    if (target.closest("#pause")) {
      sessionStorage.setItem("paused", paused() ? "no" : "yes");
      showPause();
    }
    const list = target.closest("[data-loads]")?.closest("[data-poll]");
    if (list) htmx.ajax("GET", list.dataset.poll, { source: "#news", target: "#list", select: "#list", swap: "outerHTML ignoreTitle:true" })
      .catch(() => undefined);
  });
  // What pins ask by themselves is nobody's act that failed.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { elt, xhr } = event.detail;
    if (!elt.matches(".pin") || xhr.status < 400) return;
    hearEnd(xhr.responseText);
    event.preventDefault();
  });
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    if (!target.closest(PASSING)) swaps += 1;
    showPause();
  });
  showPause();
  look();
  setInterval(() => look(), 1000);
}
