// Answers several scripts: which conversation is shown, where it scrolls, how a link was pressed.
const talk = () => document.getElementById("conversation");
const talkPath = () => talk()?.querySelector("[data-path]")?.dataset.path;
const talkScroller = () => (getComputedStyle(talk()).overflowY === "auto" ? talk() : document.scrollingElement);
const isAtTalkEnd = () => {
  const { scrollHeight, scrollTop, clientHeight } = talkScroller();
  return scrollHeight - scrollTop - clientHeight < 40;
};
const isPlain = (event) => !(event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
const personHeaders = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
const emit = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
