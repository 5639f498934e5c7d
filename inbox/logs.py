"""What every log line carries, and which lines are worth writing.

Lines hold ids, never names, e-mail addresses, message texts, search words or tokens.
"""

import json
import logging
from typing import Any

from inbox import context, outages
from inbox.masking import masked

STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request"}


class RequestContext(logging.Filter):
    """Adds whose request it is to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        now = context.current()
        known = {"request_id": now.request_id, "brand": now.brand, "member": now.member}
        for name, value in known.items():
            if value and not hasattr(record, name):
                setattr(record, name, value)
        return True


class UnexpectedOnly(logging.Filter):
    """Lets only our own faults pass: a designed answer has its access line and needs no second.

    An outage has been told by then, in a line instead of a traceback. Of the request only the path
    stays: a query may hold names, and some paths a key.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        vars(record).pop("request", None)
        if isinstance(record.args, tuple):
            record.args = tuple(masked(one) if isinstance(one, str) else one for one in record.args)
        is_fault = record.levelno >= logging.ERROR and record.exc_info is not None
        return is_fault and not outages.of(record.exc_info[1] if record.exc_info else None)


class MaskedPaths(logging.Filter):
    """Takes one-time keys out of what the server says of an answer that broke off.

    An outage in its midst has been told by then.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = masked(str(record.msg))
        return not (record.exc_info and outages.of(record.exc_info[1]))


class LineFormatter(logging.Formatter):
    """A line a developer can read: time, level, message, then what was given as `extra`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", datefmt="%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        extra: dict[str, Any] = {k: v for k, v in vars(record).items() if k not in STANDARD}
        extra.pop("request_id", None)
        pairs = " ".join(f"{key}={json.dumps(value, default=str)}" for key, value in extra.items())
        return f"{super().formatMessage(record)}  {pairs}".rstrip()
