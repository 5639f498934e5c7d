// Answers several scripts: which conversation is shown, where it scrolls, how a link was pressed.
const byId = (id) => document.getElementById(id);
const pick = (found) => document.querySelector(found);
const pickAll = (found) => document.querySelectorAll(found);
const focused = () => document.activeElement;
const listen = (names, act, isFirst) => names.split(" ").forEach((name) => document.addEventListener(name, act, isFirst));
const isPaused = () => sessionStorage.getItem("paused") === "yes";
const talk = () => byId("conversation");
const talkPath = () => talk()?.querySelector("[data-path]")?.dataset.path;
const talkScroller = () => (getComputedStyle(talk()).overflowY === "auto" ? talk() : document.scrollingElement);
const isAtTalkEnd = () => {
  const { scrollHeight, scrollTop, clientHeight } = talkScroller();
  return scrollHeight - scrollTop - clientHeight < 40;
};
// The focus goes to a row's link, and the row into sight.
const reach = (one) => {
  one?.focus({ preventScroll: true });
  one?.closest(".row, .person")?.scrollIntoView({ block: "nearest" });
};
const isPlain = (event) => !(event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
const personHeaders = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
// Asks for a part of this page, as htmx does.
const fetchPart = (address, more) => {
  const headers = { ...personHeaders(), "HX-Request": "true", "HX-Current-URL": location.href, ...more?.headers };
  return fetch(address, { method: more?.body ? "POST" : "GET", ...more, headers });
};
const emit = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
