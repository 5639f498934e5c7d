"""README, OPERATIONS, CONTRIBUTING and SECURITY: what they link to, run and name is there"""

import ast
import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from django.core.management import BaseCommand, CommandError, get_commands, load_command_class
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.contract.description import RAW
from tests.support.environment import OURS
from tests.tools.screenshots import PICTURES

ROOT = Path(__file__).parents[2]
DOCS = ("README.md", "OPERATIONS.md", "CONTRIBUTING.md", "SECURITY.md")
EVERY = pytest.mark.parametrize("name", DOCS)
WORDS, BYTES = 1_300, 10_000  # of the README, which is read in five minutes
COMMAND = re.compile(r"(?:^|(?<= ))(?:(?:python )?manage\.py \w|(?:bin|\.ci)/\w)")
OPTION = re.compile(r"--[a-z][a-z-]+")
FILE = re.compile(r"(?:\.ci|\.github|bin|inbox|static|templates|tests)/[\w./-]*")
MODULE = re.compile(r"inbox(?:\.\w+)+")
HELD = re.compile(r"((?:`\w+`(?:, | or | and )?)+) (?:in|of) `([\w./-]+\.py)`")
UNNAMED = {"environment", "node-environment"}  # scripts that other scripts call


@cache
def text(name: str) -> str:
    return (ROOT / name).read_text()


@cache
def parsed(name: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text(name))


@cache
def tracked() -> frozenset[str]:
    """Every file of the repository, and every folder that holds one."""
    command = ["git", "-c", "safe.directory=*", "ls-files"]  # in any clone
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    files = listed.stdout.splitlines()
    return frozenset({*files, *(str(one) for file in files for one in Path(file).parents)})


def inline(name: str) -> Iterator[Token]:
    """Links, pictures and code within the words."""
    for block in parsed(name):
        yield from block.children or ()


def codes(name: str) -> list[str]:
    """What stands in backticks."""
    return [one.content for one in inline(name) if one.type == "code_inline"]


def lines_of_code(name: str) -> list[str]:
    """What stands in backticks, and each line of a block."""
    blocks = [one.content for one in parsed(name) if one.type in {"fence", "code_block"}]
    return codes(name) + [line.strip() for block in blocks for line in block.splitlines()]


def anchors(name: str) -> set[str]:
    """What GitHub calls the headings of a document."""
    found: list[str] = []
    for heading, words in pairwise(parsed(name)):
        if heading.type == "heading_open":
            told = "".join(one.content for one in words.children or ())
            slug = re.sub(r"[^\w\- ]", "", told.lower()).replace(" ", "-")
            found.append(slug)
    again = [f"{slug}-{found[:at].count(slug)}" for at, slug in enumerate(found)]
    return {*found, *again}


def section(name: str, heading: str) -> str:
    """What stands below a heading, as far as the next of the same level or above."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", text(name), re.MULTILINE)
    assert found, f"{name} has no heading {heading!r}"
    rest = text(name)[found.end() :]
    return re.split(rf"^#{{1,{len(found[1])}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(name: str, heading: str, head: str) -> list[list[str]]:
    """The cells of the table below a heading, where the first column is called `head`."""
    table = section(name, heading).partition(f"\n| {head} |")[2].partition("\n\n")[0]
    cells = [re.split(r"(?<!\\) \| ", line.strip("| ")) for line in table.splitlines()[2:]]
    assert cells, f"{name} has no table of {head!r}"
    return cells


def in_backticks(cell: str) -> list[str]:
    return re.findall("`([^`]+)`", cell)


# Links


def broken_links(name: str) -> Iterator[str]:
    for one in inline(name):
        target = one.attrs.get("href") or one.attrs.get("src")
        if target is None:
            continue
        parts = urlsplit(str(target))
        if parts.scheme:
            continue
        path, anchor = unquote(parts.path) or name, unquote(parts.fragment)
        is_there = path in tracked()
        if not is_there or (anchor and (path not in DOCS or anchor not in anchors(path))):
            yield str(target)


@EVERY
def test_every_link_and_picture_leads_somewhere(name: str) -> None:
    assert list(broken_links(name)) == []


def test_the_pictures_are_those_that_bin_screenshots_renews() -> None:
    shown = {str(one.attrs["src"]) for one in inline("README.md") if one.type == "image"}
    assert shown == {f".github/screenshots/{name}.png" for name in PICTURES}


# Commands


@cache
def options_of(script: str) -> frozenset[str]:
    """What a script takes: named in its own code, or in that of the module that it starts."""
    lines = [line for line in text(script).splitlines() if not line.lstrip().startswith("#")]
    module = re.search(r"-m (tests(?:\.\w+)+)", lines[-1])
    if not module:
        return frozenset(OPTION.findall("\n".join(lines)))
    source = module[1].replace(".", "/")
    file = f"{source}.py" if f"{source}.py" in tracked() else f"{source}/__main__.py"
    return frozenset(re.findall(r'"(--[a-z-]+)"', text(file)))


def command_of(name: str) -> BaseCommand:
    return load_command_class(get_commands()[name], name)


def refusal(written: str) -> str:
    """What is wrong with a command as it is written, empty where it could be run."""
    start = COMMAND.search(written)
    assert start
    words = shlex.split(written[start.start() :], comments=True)
    script, *given = words[1:] if words[0] == "python" else words
    if script != "manage.py":
        return refusal_of_script(script, given)
    known, *given = given
    if known not in get_commands():
        return "no such command"
    try:
        parser = command_of(known).create_parser("manage.py", known)
        parser.allow_abbrev = False
        parser.parse_args(given)
    except CommandError as error:
        return str(error)
    return ""


def refusal_of_script(script: str, given: list[str]) -> str:
    if script not in tracked():
        return "no such script"
    for at, word in enumerate(given):
        if COMMAND.match(word):
            return refusal(shlex.join(given[at:]))
        if word.startswith("--") and word not in options_of(script):
            return f"no option {word}"
        if FILE.fullmatch(word) and word not in tracked():
            return f"no file {word}"
    return ""


def is_command(written: str) -> bool:
    """Not a mere path, as `bin/`: that is looked at with the paths."""
    return bool(COMMAND.search(written)) and not FILE.fullmatch(written)


@EVERY
def test_every_command_could_be_run(name: str) -> None:
    written = [one for one in lines_of_code(name) if is_command(one)]
    refused = {one: why for one in written if (why := refusal(one))}
    assert refused == {}


@EVERY
def test_every_option_alone_is_one_of_some_command(name: str) -> None:
    scripts = [one for one in tracked() if one.startswith("bin/")]
    known = {option for script in scripts for option in options_of(script)}
    for command in own_commands():
        known |= set(command_of(command).create_parser("manage.py", command)._option_string_actions)
    given = {one.split()[0] for one in codes(name) if OPTION.match(one)}
    assert given - known == set()


def own_commands() -> set[str]:
    return {name for name, app in get_commands().items() if app == "inbox"}


def test_every_command_of_ours_is_described() -> None:
    told = "\n".join(one for name in DOCS for one in lines_of_code(name))
    assert {one for one in own_commands() if f"manage.py {one}" not in told} == set()
    scripts = {one.removeprefix("bin/") for one in tracked() if one.startswith("bin/")} - UNNAMED
    assert {one for one in scripts if not re.search(rf"bin/{one}\b", told)} == set()


# Variables


def variables() -> dict[str, float | None]:
    """Each variable that the settings read, with its default where that is a number."""
    found: dict[str, float | None] = {}
    for node in ast.walk(ast.parse(text("inbox/settings.py"))):
        if not isinstance(node, ast.Call) or not ast.unparse(node.func).startswith("env."):
            continue
        how, given = ast.unparse(node.func), [constant(one) for one in node.args]
        if how in {"env.number", "env.seconds"}:
            found[str(given[0])] = float(str(given[1]))
        elif how not in {"env.stop", "env.cookie", "env.check_key"}:
            names = given if how in {"env.together", "env.first"} else given[:1]
            found |= {str(name): None for name in names if name is not None}
    return {
        f"{name}<brand id>" if name.endswith("_") else name: value for name, value in found.items()
    }


def constant(node: ast.AST) -> object:
    """Its value; None for what is worked out."""
    return node.value if isinstance(node, ast.Constant) else None


def in_the_table() -> dict[str, str]:
    """Each variable of the README with its default."""
    found: dict[str, str] = {}
    for cells in rows("README.md", "Configuration", "variable"):
        names = in_backticks(cells[0])
        defaults = cells[1].split(", ") if len(names) > 1 else [cells[1]]
        found |= zip(names, defaults * (len(names) if len(defaults) == 1 else 1), strict=True)
    return found


def test_the_table_has_every_variable_that_is_read_and_no_other() -> None:
    assert len(variables()) > 30
    assert set(in_the_table()) == set(variables())


def test_it_tells_the_defaults_that_are_numbers() -> None:
    numbers = {name: value for name, value in variables().items() if value is not None}
    assert {name: float(in_the_table()[name]) for name in numbers} == numbers


def test_the_example_has_the_same() -> None:
    """But for the one that names such a file."""
    told = {f"{name}{ending}" for name, ending in OURS.findall(text(".env.example"))}
    assert told == set(in_the_table()) - {"ENV_FILE"}


def test_nothing_else_is_read_that_no_document_names() -> None:
    read = {
        name
        for path in tracked()
        if path.startswith("inbox/") and path.endswith(".py")
        for name in re.findall(r'os\.environ(?:\.get\(|\[)"([A-Z_]+)"', text(path))
    }
    assert read
    assert read - {name for doc in DOCS for name in codes(doc)} == set()


# Files, modules and what they hold


@EVERY
def test_every_file_is_there(name: str) -> None:
    named = {one for one in codes(name) if FILE.fullmatch(one)}
    assert named
    assert {one for one in named if one.rstrip("/") not in tracked()} == set()


@EVERY
def test_every_module_is_there(name: str) -> None:
    for one in codes(name):
        if MODULE.fullmatch(one):
            import_module(one)


@EVERY
def test_every_name_is_in_its_file(name: str) -> None:
    for names, path in HELD.findall(text(name)):
        missing = [one for one in in_backticks(names) if not re.search(rf"\b{one}\b", text(path))]
        assert missing == [], path


def words_in(source: str) -> Iterator[str]:
    """Each text of a module, with `%s` for what is filled in."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            parts = (constant(part) for part in node.values)
            yield "".join("%s" if part is None else str(part) for part in parts)
        elif isinstance(constant(node), str):
            yield str(constant(node))


def filled_in(told: str, sign: str) -> re.Pattern[str]:
    return re.compile(".+".join(map(re.escape, told.split(sign))))


def test_every_log_line_is_one_that_is_written() -> None:
    """With `…` for what differs."""
    modules = [one for one in tracked() if one.startswith("inbox/") and one.endswith(".py")]
    lines = {line for one in modules for line in words_in(text(one)) if re.search("[a-z]{4}", line)}
    written = [filled_in(line, "%s") for line in lines]
    for cells in rows("OPERATIONS.md", "Log lines", "line"):
        for told in in_backticks(cells[0]):
            is_written = any(pattern.fullmatch(told) for pattern in written)
            assert is_written or any(map(filled_in(told, "…").fullmatch, lines)), told


def test_every_operation_that_is_called_is_described() -> None:
    told = set()
    for cells in rows("CONTRIBUTING.md", "Operations of the API that are used", "operation"):
        first, *twins = in_backticks(cells[0])
        told |= {first, *(f"{first.rpartition('/')[0]}/{twin}" for twin in twins)}
    paths = RAW["paths"].items()
    called = {f"{how.upper()} {path}" for path, found in paths for how in found if how.islower()}
    assert told == {one for one in called if one.split()[0] in {"GET", "POST", "PATCH"}}


# The README


def test_it_is_read_in_five_minutes() -> None:
    assert len(text("README.md").split()) <= WORDS
    assert len(text("README.md").encode()) <= BYTES


def test_it_says_why_each_library_is_here() -> None:
    told = [
        one for cells in rows("README.md", "Libraries", "package") for one in cells[0].split(", ")
    ]
    pinned = re.findall(r"^([\w-]+)", text("requirements.in"), re.MULTILINE)
    assert sorted(told) == sorted(pinned)
