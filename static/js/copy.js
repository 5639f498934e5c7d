// Messages are copied as one line each, with date and name; a part of one message as it is.
{
  const plain = (text) => text.replace(/\s+/g, " ").trim();

  // What is selected of its words; where that is all of them, with the line ends that are seen.
  const selected = (words, selection) => {
    const part = selection.getRangeAt(0).cloneRange();
    if (!words.contains(part.startContainer)) part.setStart(words, 0);
    if (!words.contains(part.endContainer)) part.setEnd(words, words.childNodes.length);
    return plain(selection.containsNode(words) ? words.innerText : part.toString());
  };
  const line = (words, selection) => {
    const told = selected(words, selection);
    const by = words.nextElementSibling;
    const when = by.querySelector("[title]").title.replace(/ \(.*/, "");
    return told && `${plain(`${when} ${by.querySelector("bdi")?.textContent ?? ""}`)}: ${told}`;
  };

  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    const touched = [...document.querySelectorAll(".message-words")].filter((words) => selection.containsNode(words, true));
    const isPart = touched.some((words) => words.contains(selection.anchorNode) && words.contains(selection.focusNode));
    const lines = touched.map((words) => line(words, selection)).filter(Boolean);
    if (isPart || !lines.length || event.target.matches?.("input, textarea")) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", lines.join("\n"));
  });

  document.addEventListener("click", ({ target }) => target.closest("[data-prints]") && print());
}
