// Says so, beside the row acted upon, when the dashboard itself can't be reached.
{
  const tell = (event) => {
    const acted = event.detail.elt;
    if (acted.matches(".pin")) return; // which asks by itself
    const opening = acted.id === "conversation" && document.querySelector(".row:has([aria-current])");
    const place = opening || (acted.matches("form") ? acted.closest(".row, .conversation") : null);
    const alert = place?.querySelector("[role=alert]") ?? document.getElementById("alerts");
    alert.replaceChildren(document.getElementById("no-connection").content.cloneNode(true));
  };
  for (const failure of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, tell);
  }
}
