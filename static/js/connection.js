// Shows a failure beside the pressed control. That stays as it is, and can be tried again there.
{
  const again = new WeakMap(); // by an alert's place
  const renewed = new WeakSet(); // requests sent once more, with another token

  const near = (one) => {
    if (!one || one.matches("main, body")) return byId("alerts");
    return one.querySelector("[role=alert]") ?? near(one.parentElement);
  };
  const placeOf = (elt) => {
    const row = elt === talk() && pick(".row:has([aria-current])");
    return near(row && row.checkVisibility() ? row : elt);
  };
  const seek = (place) => place.scrollIntoView({ block: "nearest" });
  // Only reads, or makes a choice that can be made again.
  const isMild = ({ elt, verb }) => verb === "get" || elt.matches("[action*=preferences], #pinning");

  const send = ({ elt, path, triggeringEvent }) => {
    if (elt === talk()) return emit("opens", path);
    if (!elt.matches("form")) return (elt.id === "news" ? byId("refresh") : elt).click();
    const { submitter } = triggeringEvent ?? {};
    return elt.requestSubmit(submitter?.form === elt ? submitter : null);
  };
  const controlOf = ({ elt, triggeringEvent }) =>
    elt.matches("form") ? triggeringEvent?.submitter ?? elt.querySelector("[type=search], button") : elt;

  const tell = ({ requestConfig, xhr }, words) => {
    const { elt } = requestConfig;
    if (elt.matches("[data-own]")) return; // it asks by itself
    const place = placeOf(elt);
    if (elt.matches("form") && !requestConfig.triggeringEvent && place.firstChild) return; // asks by itself: said before
    const alert = byId(isMild(requestConfig) ? "no-answer" : "no-connection").content.cloneNode(true);
    if (words) alert.querySelector("p").textContent = words;
    place.replaceChildren(alert);
    again.set(place, requestConfig);
    if (xhr?.status && xhr.responseText.includes('class="alert')) htmx.swap(place, xhr.responseText, { swapStyle: "innerHTML" });
    seek(place);
  };
  listen("htmx:sendError htmx:timeout", ({ detail }) => tell(detail));

  listen("htmx:beforeSwap", ({ detail }) => {
    const { xhr, requestConfig } = detail;
    const { elt } = requestConfig;
    renewed.delete(elt);
    if (elt.matches("[data-own]")) return; // it asks by itself
    const place = placeOf(elt);
    if (xhr.status < 400) {
      place.replaceChildren();
      for (const alert of pickAll("[data-ended]")) alert.remove();
    } else if (!xhr.getResponseHeader("HX-Retarget")) {
      detail.shouldSwap = false; // a swap would change the address as well
      const isPlain = xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
      tell(detail, isPlain && xhr.responseText); // if it is no page of the dashboard
    }
  });

  listen("htmx:afterSwap", ({ target }) => {
    if (target.matches("[role=alert]")) seek(target);
    if (target.id === "list" && !target.querySelector(".kept")) end("popsell");
  });

  // Alerts about an outage go with it, but not alerts about an act.
  const end = (outage) => {
    for (const told of pickAll(`[data-outage=${outage}]`)) {
      const request = again.get(told.parentElement);
      if (request && told.contains(focused())) controlOf(request).focus({ preventScroll: true });
      emit("moves", () => told.remove());
    }
  };
  listen("over", ({ detail }) => end(detail));
  listen("htmx:beforeOnLoad", ({ detail: { xhr } }) => navigator.onLine && xhr.status < 500 && end("connection"));

  // The page's forms are older than the sign-in: they get its token, and the press is sent again.
  listen("htmx:beforeOnLoad", (event) => {
    const { xhr, requestConfig } = event.detail;
    const { elt, headers } = requestConfig;
    const token = xhr.getResponseHeader("Inbox-Token");
    if (!token || renewed.has(elt)) return;
    event.preventDefault();
    renewed.add(elt);
    for (const field of pickAll("[name=csrfmiddlewaretoken]")) field.value = token;
    if (headers["Inbox-Several"]) elt.waits = true; // several.js sends it
    else setTimeout(() => send(requestConfig));
  });

  // Retry goes with the alert: the focus moves to the control that was pressed first.
  listen("click", ({ target }) => {
    const place = target.closest("[data-again]")?.closest("[role=alert]");
    const request = again.get(place);
    if (!request) return;
    controlOf(request).focus();
    send(request);
  });
}
