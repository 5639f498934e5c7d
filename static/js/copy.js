// Copies each message as one line, with date and name; a part of one message as it is.
{
  const plain = (text) => text.replace(/\s+/g, " ").trim();

  // The selected lines; if all words are selected, with the line ends as shown.
  const line = (words, range, selection) => {
    const part = range.cloneRange();
    if (!words.contains(range.startContainer)) part.setStart(words, 0);
    if (!words.contains(range.endContainer)) part.setEnd(words, words.childNodes.length);
    const told = plain(selection.containsNode(words) ? words.innerText : `${part}`);
    if (!told || told === plain(`${selection}`)) return []; // the words alone
    const by = words.previousElementSibling;
    const when = by.querySelector("[title]").title.replace(/ \(.*/, "");
    return `${plain(`${when} ${by.querySelector("bdi")?.textContent ?? ""}`)}: ${told}`;
  };

  listen("copy", (event) => {
    const selection = getSelection();
    if (selection.isCollapsed || event.target.matches?.("input, textarea")) return;
    const range = selection.getRangeAt(0);
    const touched = [...pickAll(".message-words")].filter((words) => range.intersectsNode(words));
    const lines = touched.flatMap((words) => line(words, range, selection));
    if (!lines.length || touched.some((words) => words.contains(range.commonAncestorContainer))) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", lines.join("\n"));
  });

  listen("click", ({ target }) => target.closest("[data-prints]") && print());
}
