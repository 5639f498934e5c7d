"""The trail as a file for spreadsheets, without formulas in its cells."""

import csv
import re
from collections.abc import Iterable, Iterator
from io import StringIO

from django.db.models import QuerySet
from django.utils import translation
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy

from inbox.activity.report import after, line
from inbox.models import Activity, Membership

COLUMNS = (
    *(gettext_lazy("When"), gettext_lazy("Who"), gettext_lazy("Role"), gettext_lazy("What")),
    *(gettext_lazy("Outcome"), gettext_lazy("Ambassador"), gettext_lazy("Conversation")),
    *(gettext_lazy("Participant"), gettext_lazy("About"), gettext_lazy("Reference")),
)

FORMULA = r"[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]"  # also full width, and small
BLANKS = (
    r'[ \x0b\x0c\x1c-\x1f\x85\xa0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"]*'
)

# A cell begins where ours does. A spreadsheet may separate by something else (French ones use
# semicolons) or not know our quotes. Then a cell also begins behind that.
ENDING = r"[;,\t\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]"  # of a cell, or of a line for some readers
BEGINNING = re.compile(rf"^(?=[\t\r\n]|{BLANKS}{FORMULA})|(?<={ENDING})(?={BLANKS}{FORMULA})")
TOGETHER = 500  # lines that are read and sent at once


def as_csv(found: QuerySet[Activity], asking: Membership) -> Iterator[str]:
    """The lines of a file, as the trail stands now: later records are left out."""
    newest = Activity.objects.order_by("-pk").values_list("pk", flat=True).first()
    return _csv_lines(found.filter(pk__lte=newest or 0), asking, translation.get_language())


def _csv_lines(
    found: QuerySet[Activity], asking: Membership, language: str | None
) -> Iterator[str]:
    """A portion at a time; no query is open while one is sent."""
    with translation.override(language):
        head = [str(column) for column in COLUMNS]
        separator = _separator()
    yield "\ufeff" + _written([head], separator)  # by the first letter spreadsheets know UTF-8
    for acts in _portions(found):
        with translation.override(language):  # the request is over by now
            text = _written([_cells(one, asking) for one in acts], separator)
        yield text


def _portions(found: QuerySet[Activity]) -> Iterator[list[Activity]]:
    """All of them, each once, since their order never changes."""
    rest = found
    while acts := list(rest[:TOGETHER]):
        yield acts
        rest = after(found, acts[-1])


def _separator() -> str:
    """Between cells, as spreadsheets of the language expect it: a comma, unless numbers have one."""
    return ";" if get_format("DECIMAL_SEPARATOR") == "," else ","


def _written(rows: Iterable[list[str]], separator: str) -> str:
    written = StringIO()
    csv.writer(written, delimiter=separator).writerows(
        [harmless(cell) for cell in row] for row in rows
    )
    return written.getvalue()


def _cells(activity: Activity, asking: Membership) -> list[str]:
    one = line(activity, asking)
    started = activity.started.astimezone(asking.brand.zone)
    when = started.isoformat(sep=" ", timespec="seconds")
    ids = (activity.ambassador, activity.chatroom, activity.participant)
    numbers = [str(id_ or "") for id_ in ids]
    what = [one.who, one.role, one.what, one.outcome]
    return [when, *what, *numbers, one.about, activity.request_id]


def harmless(cell: str) -> str:
    """The cell, changed so that no spreadsheet reads any part of it as a formula."""
    return BEGINNING.sub("'", cell)
