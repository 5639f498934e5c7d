// Says so, beside the row acted upon, when the dashboard itself can't be reached.
{
  const tell = (event) => {
    const row = event.detail.elt.closest("[data-unread]");
    const place = row?.querySelector("[role=alert]") ?? document.getElementById("alerts");
    const text = document.getElementById("no-connection");
    place.replaceChildren(text.content.cloneNode(true));
  };
  for (const failure of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, tell);
  }
}
