// Single keys: j and k move between rows; any other presses or focuses the control with that data-key, once a
// press: in the focused row, the open conversation, or the page. They can be switched off.
// A slash asks for words on the page where it is pressed, so that none are lost on the way to the search.
{
  const ROW = ".row, .person";
  const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable]";
  const LETTER = /^[a-z]$/;
  const LATIN = /[a-z\u0080-\u024f\u1e00-\u1eff]/i;
  const OTHERS = /^[.,\u0080-\uffff]$/;
  let since = 0; // g was pressed, if it was the last
  let held = null; // the key that acted last, by its place; none was pressed on this page yet
  let isSeen = true; // whether the focus is visible

  // By its name; by its place for digits, and on keyboards without Latin letters.
  const nameOf = (event) => {
    const { key, code } = event;
    const isOther = OTHERS.test(key) && !LATIN.test(key) && !event.getModifierState("AltGraph");
    if (!event.shiftKey && code.startsWith("Digit")) return code[5];
    if (isOther && code === "Slash") return event.shiftKey ? "?" : "/";
    return (isOther && code.startsWith("Key") ? code[3] : key).toLowerCase();
  };

  const move = (step) => {
    const links = [...pickAll(".row-name a, .person-name a")].filter((link) => link.checkVisibility());
    const row = focused().closest(ROW) ?? pick(".row:has([aria-current])");
    const now = links.findIndex((link) => row?.contains(link));
    reach(links[now < 0 ? 0 : now + step]);
  };

  const scrolls = (one) => one && ((one.scrollWidth > one.clientWidth && /auto|scroll/.test(getComputedStyle(one).overflowX)) || scrolls(one.parentElement));
  // Into the conversation, and back to its row, unless the arrow scrolls the focused part.
  const cross = (name, { target, shiftKey }) => {
    const place = { arrowright: talkPath() && talk(), arrowleft: pick(".row-name [aria-current]") }[name];
    if (!place?.checkVisibility() || shiftKey || scrolls(target)) return false;
    place.focus();
    return true;
  };

  const press = (key, wasSeen) => {
    const { activeElement } = document;
    const row = activeElement.closest(ROW);
    const open = pick(".row:has([aria-current])");
    const all = [...pickAll("[data-key]")].filter((one) => one.dataset.key === key);
    // A key pressed in one row never acts on the conversation of another.
    const places = row ? [row, (row === open || !talkPath()) && talk()] : [talk(), open];
    const inside = places.flatMap((place) => all.filter((one) => place && place.contains(one)));
    const outside = all.filter((one) => !one.closest(".row, .person, .conversation"));
    const found = [...inside, ...outside.reverse()].find((one) => one.checkVisibility() || one.closest(".rail, .keys"));
    if (found?.matches(TYPING)) {
      found.closest("[popover]")?.showPopover();
      found.focus();
      found.select();
    } else if (row?.contains(found) && row !== open && !wasSeen) { // first shows where the focus is
      activeElement.blur();
      activeElement.focus({ preventScroll: true });
    } else if (!found?.closest("[data-fresh], [aria-busy=true]")) found?.click();
    return found;
  };

  addEventListener("pagehide", () => byId("seek")?.hidePopover());
  listen("focusin", ({ target }) => { isSeen = target.matches(":focus-visible"); });
  listen("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const wasSeen = isSeen;
    isSeen = focused().matches(":focus-visible, body"); // a key makes it visible
    const name = nameOf(event);
    if (event.repeat && name !== "j" && name !== "k") {
      if (held === event.code || (held === null && event.key.length === 1)) event.preventDefault();
      return;
    }
    held = "";
    const off = "[data-shortcuts=off], head[aria-busy], dialog[open]";
    if (pick(name === "?" ? off : `${off}, .keys:popover-open`) || (event.shiftKey && LETTER.test(name)) || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPING)) return;
    const key = Date.now() - since < 1500 ? `g ${name}` : name;
    since = name === "g" && Date.now();
    if (key === "o" && !talkPath()) move(0); // to the first row, unless one has the focus
    if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
    else if (!cross(name, event) && (key.length > 3 || !press(key, wasSeen))) return;
    held = event.code;
    event.preventDefault();
  });
}
