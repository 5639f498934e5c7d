"""No text makes a regular expression's time grow faster than the text itself.

Each is tried with what it repeats, its characters and pairs of them. Quadratic time freezes a
worker: the expression holds the interpreter, and no deadline ends it.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from time import thread_time
from typing import Any

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from inbox.display import privacy
from tests.support import patterns
from tests.support.patterns import Pattern, Script, Text, Unresolved

SMALL, LARGE = 25_000, 100_000  # characters
MOST = 8  # times as long for the larger one; four times is what it should take
SOON = 0.001  # seconds: what takes less is not looked at
HOPELESS = 1.0  # seconds for the small one already
CLEAR = 0.05  # seconds: below it memory that is near or far tells more than the pattern
SHORT, LONG = (
    (16, 20, 24, 28, 32, 36, 200),
    0.05,
)  # where some double their time with each character
TIMES = 5
READ_WITH = (
    re.IGNORECASE | re.MULTILINE | re.DOTALL | re.VERBOSE
)  # of the flags that `regex` shares
TRIES = 3  # a busy machine slows any of them down, but not one of them thrice

OLD_ADDRESS = r"[^\s@<>()\"',;:]+@[^\s@<>()\"',;:]+"
"""As it was: from each letter of a word it looked for an @ behind it."""
WORD = Text("", "a", "")


def run(pattern: Any, use: str, text: str) -> object:
    """What a use of the pattern does, all of it; one of bytes gets the text's."""
    nothing = pattern.pattern[:0]
    read = text.encode(errors="surrogatepass") if isinstance(nothing, bytes) else text
    if use in {"sub", "subn"}:
        return getattr(pattern, use)(nothing, read)
    return list(pattern.finditer(read)) if use == "finditer" else getattr(pattern, use)(read)


def best(work: Callable[[], object], times: int = TIMES) -> float:
    """Seconds of this thread, without the rest of the machine."""
    found = []
    for _ in range(times):
        begun = thread_time()
        work()
        found.append(thread_time() - begun)
    return min(found)


def too_slow(pattern: Any, use: str, text: Text, small: int = SMALL, large: int = LARGE) -> str:
    """How much longer the larger text takes, where that is too much; else nothing."""

    def took(size: int, times: int = 1) -> float:
        made = text(size)
        return best(lambda: run(pattern, use, made), times)

    for size, limit in [*((one, LONG) for one in SHORT), (small, HOPELESS)]:
        if took(size) > limit and took(size) > limit:  # once is what memory tidied up may take
            return f"{use} of {text} takes more than {limit} s for {size}"
    first = second = 0.0
    for _ in range(TRIES):
        if took(large) < SOON:
            return ""
        first, second = took(small, TIMES), took(large)
        if second > MOST * first:
            second = took(large, TIMES)
        if second < SOON or second <= MOST * first:
            return ""
    if second < CLEAR:
        return too_slow(pattern, use, text, large, 4 * large)
    return f"{use} of {text}: {first:.6f} s for {small}, {second:.6f} s for {large}"


def check(pattern: Pattern) -> str:
    """The first text that takes too long."""
    found = patterns.texts(pattern.compiled.pattern, pattern.compiled.flags & READ_WITH)
    slow = (too_slow(pattern.compiled, use, text) for text in found for use in pattern.uses)
    return next(filter(None, slow), "")


FOUND = patterns.of_python()


@pytest.mark.parametrize("pattern", FOUND, ids=[one.place for one in FOUND])
def test_no_pattern_takes_longer_than_the_text_grows(pattern: Pattern) -> None:
    assert not check(pattern)


def test_the_patterns_that_see_what_strangers_write_are_among_them() -> None:
    found = {(one.place.partition(":")[0], one.compiled.pattern): one.uses for one in FOUND}
    assert found["inbox/display/privacy.py", privacy.ADDRESS.pattern] == ("finditer", "sub")
    files = {file for file, _ in found}
    told = {
        "web/middleware",
        "web/masking",
        "web/reports",
        "popsell/values",
        "chatrooms/query",
        "urls",
    }
    told |= {
        "text/characters",
        "text/isolates",
        "display/links",
        "display/seeking",
        "text/spelling",
    }
    assert {f"inbox/{name}.py" for name in told} <= files
    assert sum(one.place.startswith("route ") for one in FOUND) > 40


# The check itself


@pytest.mark.nightly
def test_the_check_fails_for_a_pattern_that_takes_the_square() -> None:
    assert WORD in list(patterns.texts(OLD_ADDRESS))
    assert too_slow(re.compile(OLD_ADDRESS), "search", WORD, 1000, 4000)
    assert too_slow(re.compile(OLD_ADDRESS), "search", WORD)
    assert not too_slow(privacy.ADDRESS, "search", WORD)


@pytest.mark.nightly
@pytest.mark.parametrize(
    "slow", [r"(a+)+$", r"(a|aa)+$", r"\s+$", r"x*y", r"(?:[a-z]+,)*;", r"<.*>", r"id=\d+.*\.\d*b"]
)
def test_its_texts_are_made_from_the_pattern(slow: str) -> None:
    """Each of these has a text, among those tried, that takes the square of its length or more."""
    pattern = re.compile(slow)
    assert any(too_slow(pattern, "search", text, 1000, 4000) for text in patterns.texts(slow))


def test_texts_of_properties_are_made_too() -> None:
    slow = r"\p{Ps}+$"
    pattern = regex.compile(slow)
    assert any(too_slow(pattern, "search", text, 1000, 4000) for text in patterns.texts(slow))


MADE = r"""
import re
import regex as wide
from re import compile as made, fullmatch as whole
from django.core.validators import RegexValidator
from django.urls import re_path

LETTER = wide.compile(r"\p{L}")
PART = "[a-z]"
WHOLE = re.compile(rf"{PART}+", re.IGNORECASE)
OTHER = made("b" "c")

class Converter:
    regex = "[0-9]+"

def use(text: str) -> object:
    whole("d", text)
    re.sub("e", "-", text, flags=re.DOTALL)
    RegexValidator("f")
    re_path(regex="g", view=use)
    return WHOLE.fullmatch(text)
"""


def test_every_way_to_write_one_is_found(tmp_path: Path) -> None:
    path = tmp_path / "made.py"
    path.write_text(MADE.replace("{PART}", "[a-z]"))
    found = list(patterns.in_module(path, {path: path.read_text()}))
    told = {(one.compiled.pattern, one.uses) for one in found}
    everything = ("search", "fullmatch", "sub")
    assert told == {
        (r"\p{L}", everything),
        ("[a-z]+", ("fullmatch",)),
        ("bc", everything),
        ("[0-9]+", ("fullmatch",)),
        ("d", ("fullmatch",)),
        ("e", ("sub",)),
        ("f", ("search",)),
        ("g", ("search",)),
    }
    assert {one.compiled.flags & re.IGNORECASE for one in found} == {0, re.IGNORECASE}


@pytest.mark.parametrize(
    "source",
    [
        "import re\ndef use(word): return re.search(word, word)",
        "import re\ndef use(word): return re.compile(f'a{word}')",
        "def use(rows): return rows.filter(name__regex='a')",
    ],
)
def test_what_it_can_t_tell_fails(tmp_path: Path, source: str) -> None:
    path = tmp_path / "made.py"
    path.write_text(source)
    with pytest.raises(Unresolved):
        list(patterns.in_module(path, {path: source}))


# Scripts

JUDGE = """
const [small, large, most, soon, times, tries] = JSON.parse(process.argv[1]);
const best = (work) => Math.min(...Array.from({ length: times }, () => {
  const begun = process.cpuUsage().user;
  work();
  return (process.cpuUsage().user - begun) / 1e6;
}));
const made = ({ prefix, unit, tail }, size) => prefix + unit.repeat(size / unit.length) + tail;
const slow = (pattern, text) => {
  const [little, much] = [made(text, small), made(text, large)];
  for (let n = 0; n < tries; n += 1) {
    const [first, second] = [little, much].map((one) => best(() => one.replace(pattern, "")));
    if (second < soon || second <= most * first) return false;
  }
  return true;
};
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
const told = asked.map(({ source, flags, texts }) =>
  texts.filter((text) => slow(new RegExp(source, flags), text)));
console.log(JSON.stringify(told));
"""


def judged(asked: dict[Script, list[Text]], small: int, large: int) -> list[list[object]]:
    """The texts for which each takes too long, as Node runs them."""
    node = shutil.which("node")
    if not node:
        pytest.skip("there is no Node: no regular expression of a script was tried")
    numbers = json.dumps([small, large, MOST, SOON, TIMES, TRIES])
    command = [node, "-e", JUDGE, numbers]
    sent = json.dumps(
        [
            {"source": one.source, "flags": one.flags, "texts": [vars(text) for text in texts]}
            for one, texts in asked.items()
        ]
    )
    done = subprocess.run(command, input=sent, capture_output=True, text=True, check=True)  # noqa: S603
    answer: list[list[object]] = json.loads(done.stdout)
    return answer


def test_no_pattern_of_a_script_takes_longer_than_the_text_grows() -> None:
    scripts = patterns.of_scripts()
    assert Script("keys.js", r"^[a-z]$", "") in scripts
    asked = {one: list(patterns.texts(one.source)) for one in scripts}
    assert judged(asked, SMALL, LARGE) == [[]] * len(scripts)


@pytest.mark.nightly
def test_the_check_of_scripts_fails_for_a_pattern_that_takes_the_square() -> None:
    old, new = (Script("made.js", one, "g") for one in (OLD_ADDRESS, privacy.ADDRESS.pattern))
    assert judged({old: [WORD], new: [WORD]}, 2000, 12_000) == [[vars(WORD)], []]


def test_regular_expressions_of_a_script_are_told_from_quotients() -> None:
    source = """
    // it's /no/ pattern
    const half = a / 2 / b; /* nor /this/ */
    const told = "/a/" + `/b/` + text.replace(/c[/]d\\/e/gi, x) + (n) / 3;
    return /f"/.test(text) || text.split(/g/u);
    const made = new RegExp(/h/);
    """
    found = [(one.source, one.flags) for one in patterns.in_script("made.js", source)]
    assert found == [(r"c[/]d\/e", "gi"), ('f"', ""), ("g", "u"), ("h", "")]


@pytest.mark.parametrize("source", ["new RegExp(word)", "text.match(word)", 'RegExp("a")'])
def test_what_a_script_makes_of_words_fails(source: str) -> None:
    with pytest.raises(Unresolved):
        list(patterns.in_script("made.js", source))


# The one that was slow finds what it found, and more

LETTERS = "a1@ .,:;<>()\"'\n\u00a0é…-"


@given(st.text(LETTERS, max_size=20))
@example("a@b@c@d")
@example("a@@b,c@d")
@example("@a@b")
def test_addresses_are_found_as_before(words: str) -> None:
    """Everything that was found then is still found."""
    before = re.compile(OLD_ADDRESS).finditer(words)
    now = {place for found in privacy.ADDRESS.finditer(words) for place in range(*found.span())}
    assert {place for found in before for place in range(*found.span())} <= now
