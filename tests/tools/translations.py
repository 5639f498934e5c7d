"""The words of the interface, from where they are marked into the catalogues; `bin/translate` runs it.

A catalogue holds messages and nothing else: no line numbers and no dates, so that it changes only
where a word does.
"""

import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "inbox/locale"
LANGUAGES = ("fr",)  # English is the language of the source
METHODS = [
    ("inbox/**.py", "python"),
    ("templates/**.html", "jinja2"),
    ("templates/**.txt", "jinja2"),
]
JINJA = {"trimmed": "true", "silent": "false"}  # as inbox/templating.py
OPTIONS = {"templates/**.html": JINJA, "templates/**.txt": JINJA}
LAZY = {f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in ("gettext", "ngettext", "pgettext")}
WIDTH = 100
PLACE = re.compile(r"%\(\w+\)\w|\{\w*\}")  # where a name or a number goes


class Words(Catalog):
    """A catalogue with the header that a reader needs."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", str(self.locale_identifier)),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def place(language: str, ending: str) -> Path:
    return LOCALES / language / f"LC_MESSAGES/django.{ending}"


def extracted() -> Catalog:
    """Every message that is marked in the code and the templates."""
    found = Catalog()
    marks = {**DEFAULT_KEYWORDS, **LAZY}
    for _file, _line, id_, _comments, context in extract_from_dir(ROOT, METHODS, OPTIONS, marks):
        found.add(id_, context=context)
    return found


def committed(language: str) -> Catalog:
    with place(language, "po").open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str) -> Catalog:
    """The marked messages with the translations that there are; those of no message are dropped."""
    known = committed(language) if place(language, "po").exists() else Catalog(language)
    comment = "# The interface in this language; see bin/translate."
    words = Words(language, header_comment=comment, fuzzy=False)
    for message in extracted():
        if message.id:
            words[message.id] = _with(known.get(message.id, message.context), message)
    return words


def _with(known: Message | None, message: Message) -> Message:
    """The message with what is known of it; a plural that was none, or is none now, is new."""
    suits = known is not None and type(known.id) is type(message.id)
    string = known.string if known and suits else ""
    flags = known.flags & {"fuzzy"} if known else set()
    return Message(message.id, string, flags=flags, context=message.context)


def text(words: Catalog) -> bytes:
    written = BytesIO()
    write_po(written, words, width=WIDTH, no_location=True, sort_output=True, ignore_obsolete=True)
    return written.getvalue()


def compiled(words: Catalog) -> bytes:
    written = BytesIO()
    write_mo(written, words)
    return written.getvalue()


def faults(words: Catalog) -> list[str]:
    """What is missing from a catalogue, and what has no place in it."""
    wanted = {_key(message) for message in extracted() if message.id}
    there = {_key(message) for message in words if message.id}
    return [
        *(f"missing: {id_}" for id_, _ in sorted(wanted - there)),
        *(f"stale: {id_}" for id_, _ in sorted(there - wanted)),
        *(fault for message in words if message.id for fault in _faults(message, words)),
    ]


def _faults(message: Message, words: Catalog) -> list[str]:
    id_, _context = _key(message)
    strings = _each(message.string)
    if not (strings and all(strings)):
        return [f"not translated: {id_}"]
    if message.fuzzy:
        return [f"fuzzy: {id_}"]
    wanted = set(PLACE.findall(_each(message.id)[-1]))
    agree = all(set(PLACE.findall(string)) == wanted for string in strings)
    return [] if agree and not message.check(words) else [f"differs: {id_}"]


def _key(message: Message) -> tuple[str, str]:
    """What tells a message from another, its plural included."""
    return _each(message.id)[0], f"{message.context} {_each(message.id)[1:]}"


def _each(words: str | Sequence[str] | None) -> list[str]:
    return [words] if isinstance(words, str) else list(words or ())


def main() -> None:
    for language in LANGUAGES:
        words = updated(language)
        place(language, "po").parent.mkdir(parents=True, exist_ok=True)
        place(language, "po").write_bytes(text(words))
        place(language, "mo").write_bytes(compiled(words))
        print("\n".join(faults(words)) or f"{language}: all {len(words)} messages are translated.")  # noqa: T201 - a command


if __name__ == "__main__":
    main()
