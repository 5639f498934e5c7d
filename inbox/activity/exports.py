"""Sends a brand's activity as a file, even to a slow reader.

Each portion is read whole, and the database connection is lent before it is sent. An unfinished file
never looks whole: its connection is broken off, which browsers show as a failed download. The server
waits for a slow reader, and gives up on a stuck one.
"""

import errno
import logging
from collections.abc import Iterator
from contextlib import suppress
from time import monotonic
from typing import NoReturn

from django.db import DatabaseError, InterfaceError, OperationalError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from inbox import context, leases
from inbox.activity import spreadsheet
from inbox.activity.recording import record
from inbox.leases import Held
from inbox.models import Act, Activity, Membership
from inbox.process import outages
from inbox.process.busy import Busy
from inbox.process.lending import lend_database

log = logging.getLogger(__name__)

AT_ONCE = 2  # of a brand
LONGEST = 600.0  # seconds for a whole file


class ManyDownloads(Busy):
    title = _("Two files are being downloaded already")
    message = _(
        "The activity of a brand is downloaded at most twice at a time. Try again when one of them "
        "is through."
    )
    retry_after = 30


class BrokenOff(ConnectionResetError):  # noqa: N818 - it says what became of the file
    """Ends the answer: the server resets its connection without another word."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "a download was broken off")


def begin(found: QuerySet[Activity], asking: Membership, filters: str = "") -> "Download":
    """The lines of a file. Raises ManyDownloads where the brand has two, before reading anything.

    `filters`: the filters in use, as the trail shows them. The trail gets the download's own line
    before the file's first line is sent; the file does not contain it. Nothing is sent that can't be
    recorded.
    """
    held = leases.take_one(f"export:{asking.brand_id}:{place}" for place in range(AT_ONCE))
    if held is None:
        raise ManyDownloads
    try:
        lines = spreadsheet.as_csv(found, asking)
        record(asking, Act.DOWNLOAD, state=filters)
    except Exception:
        _give_back(held)
        raise
    whose: dict[str, object] = {
        "brand": asking.brand_id,
        "member": asking.pk,
        "request_id": context.current().request_id,
    }
    return Download(lines, held, whose)


def _give_back(held: Held) -> None:
    """Give back the place; if that fails, it runs out."""
    with suppress(DatabaseError, InterfaceError):
        leases.give_back(held)


class Download:
    """The portions of a file, which holds its place until it is read, closed or too late.

    Not a generator: one that was never begun would not give its place back.
    """

    def __init__(self, parts: Iterator[str], held: Held, whose: dict[str, object]) -> None:
        self._parts = parts
        self._held: Held | None = held
        self._whose = whose
        self._ends = monotonic() + LONGEST

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._held is None:
            raise StopIteration
        try:
            if monotonic() > self._ends:
                self._break_off("it took too long")
            if not leases.renew(self._held):
                self._break_off("its reader stood still, and another took its place")
            return next(self._parts)
        except StopIteration:
            self.close()
            raise
        except (OperationalError, InterfaceError) as failure:
            self._break_off(f"the database can't be used, {outages.kind(failure)}")
        finally:
            lend_database()

    def close(self) -> None:
        """Give back the place, also where the reader has gone."""
        held, self._held = self._held, None
        if held is None:
            return
        _give_back(held)
        lend_database()

    def _break_off(self, why: str) -> NoReturn:
        log.error("A download was broken off: %s", why, extra=self._whose)
        self.close()
        raise BrokenOff from None
