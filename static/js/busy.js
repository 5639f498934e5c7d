// A pressed control shows at once that it is at work, until its answer or the next page is here.
// So long no single key acts on a page that is being left: its head is marked, where nothing is pressed or drawn.
{
  const LONGEST = 10_000; // as in presses.js: by then it may have been stopped
  const A_FILE = 3000; // a page never learns when its download begins
  const busy = new Map(); // with what ends each
  let wait = LONGEST;

  const end = (control) => {
    control.ariaBusy = null;
    clearTimeout(busy.get(control));
    busy.delete(control);
  };
  const endAll = () => busy.forEach((_, control) => end(control));
  const begin = (control, most) => {
    end(control);
    control.ariaBusy = "true";
    busy.set(control, most && setTimeout(end, most, control));
  };

  // Nobody pressed what a page asks by itself.
  const controlOf = ({ elt, triggeringEvent: event }) => {
    if (!event) return elt.querySelector("[data-loads]");
    return event.submitter ?? (event.type === "load" ? null : event.target.closest("a, button, [type=search]"));
  };
  const leads = (xhr) => xhr.getResponseHeader("HX-Refresh") ?? xhr.getResponseHeader("HX-Redirect");

  listen("htmx:beforeSend", ({ detail: { xhr, requestConfig } }) => {
    const control = controlOf(requestConfig);
    if (!control) return;
    begin(control);
    xhr.addEventListener("loadend", () => leads(xhr) ?? end(control));
  });

  addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || link.target || !isPlain(event)) return;
    wait = link.type ? A_FILE : LONGEST;
    // One to a place on this page leaves nothing.
    if (!link.hash || link.href.split("#")[0] !== location.href.split("#")[0]) begin(link, wait);
  });
  addEventListener("submit", ({ defaultPrevented, target, submitter }) => {
    if (!defaultPrevented && submitter && !target.matches("[method=dialog]")) begin(submitter, LONGEST);
  });

  // One stays: it was stopped, one came back to the page, or one was asked first and may have said no.
  addEventListener("keydown", ({ key }) => key === "Escape" && endAll());
  addEventListener("pageshow", endAll);
  addEventListener("beforeunload", (event) => {
    if (event.isTrusted) begin(document.head, wait); // else guard.js only finds out whether one would be asked
    setTimeout(() => {
      if (!event.defaultPrevented) return;
      endAll();
      begin(document.head, A_FILE);
    });
  });
}
