"""Every regular expression of the product, found in its source, and texts that would slow it down."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import regex
from django.urls import URLPattern, get_resolver

from inbox.sandbox.app import PREFIX
from inbox.sandbox.operations import OPERATIONS

ROOT = Path(__file__).parents[2]
PYTHON = sorted((ROOT / "inbox").rglob("*.py"))
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))

SEARCHES = ("search", "match", "fullmatch", "findall", "finditer", "sub", "subn", "split")
BUILDERS = {"compile", *SEARCHES}
TAKERS = {"re_path", "RegexValidator", "RegexField", "_lazy_re_compile"}
"""What takes a pattern as `regex` or as its first argument, beside the functions of `re`."""

AT_RUN_TIME = {"PREFIX + operation.pattern": [PREFIX + one.pattern for one in OPERATIONS]}
"""Expressions that a module's names can't tell, and what they may be."""


OTHERS_USE = {"hidden_settings": ("search",)}  # Django does
"""Compiled patterns that are handed to somebody else, and what they are used for there."""


class Unresolved(Exception):  # noqa: N818 - what it is, for who reads the failure
    """A regular expression that only a run can build."""


@dataclass(frozen=True)
class Pattern:
    """A regular expression as it is used; `place`: where it stands. `uses`: functions of `re`.

    `compiled`: by `re`, or by `regex` where the product does so.
    """

    place: str
    compiled: Any
    uses: tuple[str, ...]


# Python


def of_python() -> list[Pattern]:
    """All of the package's, and the compiled routes of the site map."""
    sources = {path: path.read_text() for path in PYTHON}
    found = [one for path in sources for one in in_module(path, sources)]
    return [*found, *of_routes()]


def of_routes() -> list[Pattern]:
    ours = [one for one in get_resolver().url_patterns if isinstance(one, URLPattern)]
    return [Pattern(f"route {one.pattern}", one.pattern.regex, ("search",)) for one in ours]


def in_module(path: Path, sources: dict[Path, str]) -> Iterator[Pattern]:
    """The patterns of one file; `sources`: of all files that may use them."""
    tree = ast.parse(sources[path])
    place = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    names = {library: _names_of(library, tree) for library in (re, regex)}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and (node.arg or "").endswith(("__regex", "__iregex")):
            raise Unresolved(f"{path}:{node.value.lineno}: a database's regular expression")
        for library, known in names.items():
            function, pattern, flags = _asked(node, known)
            if pattern is None:
                continue
            line = f"{place}:{node.lineno}"  # type: ignore[attr-defined]
            uses = _uses(tree, node, path, sources) if function == "compile" else (function,)
            for text in _values(pattern, path, line):
                flag = _values(flags, path, line)[0] if flags is not None else 0
                yield Pattern(line, library.compile(text, flag), uses)


def _names_of(library: ModuleType, tree: ast.AST) -> dict[str, str]:
    """What this module calls the library ("") and its functions; TAKERS take those of `re`."""
    names = dict(zip(TAKERS, TAKERS, strict=True)) if library is re else {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {
                one.asname or one.name: "" for one in node.names if one.name == library.__name__
            }
        elif isinstance(node, ast.ImportFrom) and node.module == library.__name__:
            names |= {one.asname or one.name: one.name for one in node.names}
    return names


def _asked(node: ast.AST, names: dict[str, str]) -> tuple[str, ast.expr | None, ast.expr | None]:
    """The function, the pattern and the flags of a node that uses one."""
    if "RegexField" in names and (written := _of_a_converter(node)):  # Django hands it to `re`
        return "fullmatch", written, None
    if not isinstance(node, ast.Call):
        return "", None, None
    function = _function(node.func, names)
    given = {one.arg: one.value for one in node.keywords}
    if function in BUILDERS:
        place = {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(function, 2)
        flags = given.get("flags") or (node.args[place] if len(node.args) > place else None)
        return function, given.get("pattern") or node.args[0], flags
    if function in TAKERS:
        return "search", given.get("regex") or given.get("route") or node.args[0], None
    return "", None, None


def _of_a_converter(node: ast.AST) -> ast.expr | None:
    if not isinstance(node, ast.Assign):
        return None
    is_one = any(isinstance(one, ast.Name) and one.id == "regex" for one in node.targets)
    return node.value if is_one else None


def _function(called: ast.expr, names: dict[str, str]) -> str:
    if isinstance(called, ast.Attribute):
        is_of_library = isinstance(called.value, ast.Name) and names.get(called.value.id) == ""
        return called.attr if is_of_library or names.get(called.attr) in TAKERS else ""
    return names.get(called.id, "") if isinstance(called, ast.Name) else ""


def _values(expression: ast.expr, path: Path, place: str) -> list[Any]:
    """What an expression says, by the names of its module."""
    written = ast.unparse(expression)
    if written in AT_RUN_TIME:
        return AT_RUN_TIME[written]
    known: dict[str, Any] = {"re": re}
    if path.is_relative_to(ROOT) and not isinstance(expression, ast.Constant):
        known = vars(import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)))
    try:
        return [eval(written, dict(known))]  # noqa: S307 - our own source
    except Exception as failure:
        raise Unresolved(f"{place}: {written} ({failure})") from failure


def _uses(tree: ast.AST, call: ast.AST, path: Path, sources: dict[Path, str]) -> tuple[str, ...]:
    """The functions that a compiled pattern is used with; all of them where nobody can tell."""
    named = [
        one.targets[0].id
        for one in ast.walk(tree)
        if isinstance(one, ast.Assign)
        and one.value is call
        and isinstance(one.targets[0], ast.Name)
    ]
    used: set[str] = set()
    for name in named:
        used |= set(OTHERS_USE.get(name, ()))
        for other, source in sources.items():
            shared = other == path or f"import {name}" in source or f"{path.stem}.{name}" in source
            used |= set(
                re.findall(rf"\b{name}\.({'|'.join(SEARCHES)})\(", source) if shared else ()
            )
    return tuple(sorted(used)) or ("search", "fullmatch", "sub")


# JavaScript, and what HTML has of it

BEFORE = re.compile(r"(^|[\s(,=:;!&|?{}\[+\-*%<>~^]|\b(return|typeof|case|in|of|delete|void))$")
"""What may stand before a regular expression; after anything else a slash divides."""

TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)"""
    r"""|(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)"""
    r"""|(?P<regex>/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/(?P<flags>[a-z]*))""",
    re.DOTALL,
)
MAKES = re.compile(r"(?:\bRegExp|\.(?:match|matchAll|search))\s*\(\s*(?P<given>[^\s,)]*)")


@dataclass(frozen=True)
class Script:
    """A regular expression of a script."""

    place: str
    source: str
    flags: str


def of_scripts() -> list[Script]:
    found = [one for path in SCRIPTS for one in in_script(path.name, path.read_text())]
    for path in TEMPLATES:
        for given in re.findall(r'\spattern="([^"]*)"', path.read_text()):
            found.append(Script(path.name, f"^(?:{given})$", "v"))
    return found


def in_script(name: str, source: str) -> Iterator[Script]:
    """Literal regular expressions; raises Unresolved where one is made of something else."""
    plain, at = "", 0
    while at < len(source):
        token = TOKEN.match(source, at)
        if token and token["regex"] and not BEFORE.search(plain[-20:].rstrip(" ") or " "):
            token = None
        if token is None:
            plain += source[at]
            at += 1
            continue
        if token["regex"]:
            yield Script(name, token["regex"].removesuffix(token["flags"])[1:-1], token["flags"])
        plain += {"comment": " ", "text": '""', "regex": "/regex/"}[token.lastgroup or "regex"]
        at = token.end()
    for made in MAKES.finditer(plain):
        if made["given"] != "/regex/":
            raise Unresolved(f"{name}: {made[0]}")


# Texts

parser: Any = import_module("re._parser")
PROPERTY = re.compile(r"\\p\{[^}]+\}")
CATEGORIES: dict[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdecimal,
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": lambda one: one.isalnum() or one == "_",
}
LIKELY = "a0 .-@/:_é,<\n"
KNOWN = (
    *("a", "@", "a@", "http://", " ", ".", "a.", "-", "0", "<", "/invitations/", "\u202a"),
    *("é", "http://a@b/ ", "0.", "a,", "\n", "/"),
)
TAILS = ("", "\0", "\n!")


def texts(pattern: str, flags: int = 0) -> Iterator["Text"]:
    """Makers of texts of any length: what the pattern repeats, its characters, and pairs of them."""
    tree = parser.parse(plain(pattern), flags)
    units = {("", one): None for one in KNOWN}
    units |= dict.fromkeys(pumps(list(tree), ""))
    letters = "".join(dict.fromkeys(_letters(list(tree))))[:12]
    units |= {("", one): None for one in letters}
    for prefix, unit in units:
        if unit:
            yield from (Text(prefix, unit, tail) for tail in TAILS)
    yield from (Text("", one + two, "\0") for one in letters for two in letters)


def plain(pattern: Any) -> Any:
    """What only `regex` knows, by an example: for each property the first character that has it."""
    if isinstance(pattern, bytes):
        return pattern
    letters = PROPERTY.sub(lambda found: re.escape(first_with(found[0])), pattern)
    return letters.replace(r"\X", ".")


@cache
def first_with(written: str) -> str:
    has = regex.compile(written)
    return next(one for one in map(chr, range(0x21, 0x110000)) if has.match(one))


@dataclass(frozen=True)
class Text:
    prefix: str
    unit: str
    tail: str

    def __call__(self, size: int) -> str:
        return self.prefix + self.unit * (size // len(self.unit)) + self.tail


def pumps(nodes: list[Any], before: str) -> Iterator[tuple[str, str]]:
    """Each repetition within the pattern: what leads there, and what is repeated."""
    for operation, value in nodes:
        kind = str(operation)
        for inner in _inner(kind, value):
            if "REPEAT" in kind:
                for one in _letters(inner):
                    yield before, one
                yield before, example(inner)
            yield from pumps(inner, before)
        before += example([(operation, value)])


def example(nodes: list[Any]) -> str:
    """A text that the nodes match, or nearly."""
    told = ""
    for operation, value in nodes:
        kind = str(operation)
        if "REPEAT" in kind:
            told += example(list(value[2])) * min(max(value[0], 1), 50)
        elif kind in {"SUBPATTERN", "ATOMIC_GROUP", "BRANCH"}:
            told += example(next(_inner(kind, value)))
        elif kind in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}:
            told += next(_representatives(kind, value), "")
    return told


def _inner(kind: str, value: Any) -> Iterator[list[Any]]:
    if "REPEAT" in kind:
        yield list(value[2])
    elif kind == "SUBPATTERN":
        yield list(value[3])
    elif kind == "ATOMIC_GROUP":
        yield list(value)
    elif kind == "BRANCH":
        yield from (list(branch) for branch in value[1])
    elif kind in {"ASSERT", "ASSERT_NOT"}:
        yield list(value[1])


def _letters(nodes: list[Any]) -> Iterator[str]:
    """The literal characters, and some of each class."""
    for operation, value in nodes:
        kind = str(operation)
        yield from _representatives(kind, value)
        for inner in _inner(kind, value):
            yield from _letters(inner)


def _representatives(kind: str, value: Any) -> Iterator[str]:
    if kind == "LITERAL":
        yield chr(value)
    elif kind == "NOT_LITERAL":
        yield next(one for one in LIKELY if one != chr(value))
    elif kind == "ANY":
        yield "a"
    elif kind == "IN":
        fitting = [one for one in LIKELY if _is_in(value, one)]
        yield from fitting[:3] or [chr(low) for low in _lows(value)][:1]


def _lows(items: list[Any]) -> Iterator[int]:
    for operation, value in items:
        if str(operation) in {"LITERAL", "RANGE"}:
            yield value if isinstance(value, int) else value[0]


def _is_in(items: list[Any], letter: str) -> bool:
    turned, found = False, False
    for operation, value in items:
        match str(operation):
            case "NEGATE":
                turned = True
            case "LITERAL":
                found = found or ord(letter) == value
            case "RANGE":
                found = found or value[0] <= ord(letter) <= value[1]
            case "CATEGORY":
                name = str(value)
                is_not = "_NOT_" in name
                found = found or CATEGORIES[name.replace("_NOT_", "_")](letter) is not is_not
    return found is not turned
