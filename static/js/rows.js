// A press anywhere on a row opens its link. Its words can be selected: ending a selection opens nothing.
{
  document.documentElement.dataset.rows = ""; // without scripts the link lies over all of its row

  const press = (event) => {
    const { target, button, detail } = event;
    const row = target.closest(".row, .person");
    const link = row?.querySelector(".row-name a, .person-name a");
    const own = target.closest("a, button, label, .row-act, .row-alert"); // takes a press for itself
    if (!link || button > 1 || !detail || (own && own !== link)) return;
    if (!getSelection().isCollapsed && getSelection().containsNode(row, true)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (own || detail > 1) return;
    // With a key held it opens beside this page, as a link does.
    else if (!isPlain(event)) open(link.href, "_blank", "noopener");
    else {
      link.focus({ preventScroll: true });
      link.click();
    }
  };
  listen("click auxclick", press, true);
}
