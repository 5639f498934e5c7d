// Single keys: j and k move between rows; any other presses or focuses what names it in data-key, first
// where one is, then anywhere on the page. A person can switch them off.
{
  const LINKS = ".row-name a, .person-name a";
  const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable]";
  let prefix = "";
  let since = 0;

  const move = (step) => {
    const links = [...document.querySelectorAll(LINKS)].filter((link) => link.checkVisibility());
    const row = document.activeElement.closest(".row, .person") ?? document.querySelector(".row:has([aria-current])");
    const now = links.findIndex((link) => row?.contains(link));
    const link = links[now < 0 ? 0 : now + step];
    link?.focus({ preventScroll: true });
    link?.closest(".row, .person").scrollIntoView({ block: "nearest" });
  };

  const press = (key) => {
    const named = `[data-key="${CSS.escape(key)}"]`;
    const place = document.activeElement.closest(".row, .person, .conversation");
    // A key pressed in one row never acts on the conversation of another.
    const elsewhere = place?.matches(".row:not(:has([aria-current]))") ? ".row, .person, .conversation" : ".row, .person";
    const everywhere = [...document.querySelectorAll(named)].filter((one) => !one.closest(elsewhere));
    const found = place?.querySelector(named) ?? everywhere.findLast((one) => one.checkVisibility()) ?? everywhere[0];
    if (found?.matches(TYPING)) found.focus();
    else found?.click();
    return Boolean(found);
  };

  document.addEventListener("keydown", (event) => {
    const asks = document.querySelector(event.key === "?" ? "dialog[open]" : "dialog[open], .keys:popover-open");
    const off = document.documentElement.dataset.shortcuts === "off" || asks;
    if (off || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPING)) return;
    const key = Date.now() - since < 1500 && prefix ? `${prefix} ${event.key}` : event.key;
    prefix = event.key === "g" ? "g" : "";
    since = Date.now();
    if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
    else if (key.length > 3 || !press(key)) return;
    event.preventDefault();
  });
}
