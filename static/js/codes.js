// Shows each code's chip as it will look, while its manager types.
{
  const draw = (code) => {
    const [name, tone, attention] = code.querySelectorAll("input, select");
    const bell = code.querySelector(".code-attention .icon");
    const chip = code.querySelector(".chip");
    const said = name.value.replace(/[\p{Z}\p{C}\p{DI}]+/gu, " ").trim();
    const calls = said && attention.checked;
    const words = Object.assign(document.createElement("span"), { dir: "auto", textContent: said || code.dataset.number });
    chip.className = said ? `chip ${tone.value}` : "chip";
    chip.classList.toggle("attention", calls);
    chip.replaceChildren(chip.firstElementChild, words, ...(calls ? [bell.cloneNode(true)] : []));
  };

  listen("input", ({ target }) => {
    const code = target.closest(".code");
    if (code) draw(code);
  });
  pickAll("form .code").forEach(draw);
}
