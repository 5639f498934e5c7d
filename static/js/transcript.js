// A conversation opens where something new begins, else at its end; older messages come in above it
// without moving what one reads.
{
  const region = () => document.getElementById("conversation");
  const scroller = () => (getComputedStyle(region()).overflowY === "auto" ? region() : document.scrollingElement);
  let before = []; // what was shown of it, where it is the same one
  let hadFocus = false;

  const path = () => region().querySelector("[data-path]")?.dataset.path;
  const ids = () => [...region().querySelectorAll(".transcript [id^=message-]")].map(({ id }) => id);

  const begin = () => {
    const here = region()?.querySelector(".transcript");
    const named = /^#(message|reveal)-/.test(location.hash) && document.getElementById(location.hash.slice(1));
    if (!here || named) return;
    const place = scroller();
    const edge = place === region() ? place.getBoundingClientRect().top : 0;
    const isSame = before[0] === path();
    const news = ids().find((id) => !before.includes(id));
    const mark = isSame ? document.getElementById(news) : here.querySelector("[data-opens]");
    place.scrollTop += mark ? mark.getBoundingClientRect().top - edge - place.clientHeight / 3 : place.scrollHeight;
  };

  // The chunk and what is shown may share messages, where newer ones moved the pages, a day, and what
  // is new: that begins further up.
  const join = () => {
    for (const one of region().querySelectorAll(".transcript [id^=message-]")) {
      const same = region().querySelectorAll(`#${one.id}`);
      if (same.length > 1) same[0].remove();
    }
    for (const kind of ["unread", "unreviewed"]) {
      for (const line of [...region().querySelectorAll(`.opens.${kind}`)].slice(1)) line.remove();
    }
    let day = "";
    for (const heading of region().querySelectorAll(".day")) {
      if (heading.dataset.day === day) heading.remove();
      day = heading.dataset.day;
    }
  };

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target?.id === "conversation") before = [path(), ...ids()];
    if (detail.target?.id !== "older") return;
    hadFocus = detail.target.contains(document.activeElement);
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.target?.id === "conversation" && !detail.isHeld) begin();
  });
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target?.id !== "older") return;
    join();
    if (!hadFocus) return;
    const first = region().querySelector(".transcript .message") ?? region();
    first.tabIndex = -1;
    first.focus({ preventScroll: true }); // the button is gone
  });
  begin();
}
