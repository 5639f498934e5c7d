"""A brand's activity while it is sent as a file, to however slow a reader.

Each portion is read whole, and the database is given back before it is sent. A file that can't be
finished never looks whole: its connection is broken off, which browsers show as a failed download.
"""

import errno
import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from socket import SHUT_RDWR, SO_LINGER, SOL_SOCKET, socket
from struct import pack
from threading import Timer
from typing import NoReturn

from django.db import DatabaseError, InterfaceError, OperationalError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from inbox import context, leases, outages, trail
from inbox.busy import Busy
from inbox.leases import Held
from inbox.lending import lend_database
from inbox.models import Activity, Membership

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
    """Ends the answer. The server takes it for a connection that was lost, and says no more."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "a download was broken off")


def begin(request: HttpRequest, found: QuerySet[Activity], asking: Membership) -> "Download":
    """The lines of a file. Raises ManyDownloads where the brand has two, before anything is read."""
    held = leases.take_one(f"export:{asking.brand_id}:{place}" for place in range(AT_ONCE))
    if held is None:
        raise ManyDownloads
    whose: dict[str, object] = {
        "brand": asking.brand_id,
        "member": asking.pk,
        "request_id": context.current().request_id,
    }
    parts = trail.as_csv(found, asking)
    return Download(parts, held, request.META.get("gunicorn.socket"), whose)


class Download:
    """The portions of a file, which holds its place until it is read, closed or too late.

    No generator, since one that was never begun would not give its place back.
    """

    def __init__(
        self,
        parts: Iterator[str],
        held: Held,
        connection: socket | None,
        whose: dict[str, object],
    ) -> None:
        self._parts = parts
        self._held: Held | None = held
        self._connection = connection
        self._whose = whose
        self._is_whole = self._is_late = False
        self._timer = Timer(LONGEST, self._expire)
        self._timer.daemon = True
        self._timer.start()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._held is None:
            raise StopIteration
        try:
            if self._is_late:
                self._break_off()
            if not leases.renew(self._held):
                self._break_off("its reader stood still, and another took its place")
            return next(self._parts)
        except StopIteration:
            self._is_whole = True
            self.close()
            raise
        except (OperationalError, InterfaceError) as failure:
            self._break_off(f"the database can't be used, {outages.kind(failure)}")
        finally:
            lend_database()

    def close(self) -> None:
        """Also where the reader has gone. A place that can't be given back runs out."""
        held, self._held = self._held, None
        if held is None:
            return
        self._timer.cancel()
        if self._is_late:
            self._tell("it took too long")
        if self._connection and not self._is_whole:
            reset(self._connection)
        with suppress(DatabaseError, InterfaceError):
            leases.give_back(held)
        lend_database()

    def _break_off(self, why: str = "") -> NoReturn:
        if why:
            self._tell(why)
        self.close()
        raise BrokenOff from None

    def _tell(self, why: str) -> None:
        log.error("A download was broken off: %s", why, extra=self._whose)

    def _expire(self) -> None:
        """Ends it in time, also where the server waits for a reader who stands still."""
        self._is_late = True
        if self._connection:
            with suppress(OSError):  # the reader has gone
                self._connection.shutdown(SHUT_RDWR)


def reset(connection: socket) -> None:
    """Break the connection, so that a reader who speaks HTTP/1.0 does not take it for a good end.

    The server goes on with a socket that leads nowhere, and closes that.
    """
    with suppress(OSError):  # the reader has gone
        connection.setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))  # what is unsent is dropped
        with Path(os.devnull).open("rb") as nowhere:
            os.dup2(nowhere.fileno(), connection.fileno(), inheritable=False)
