"""What every log line carries, and which lines are worth writing.

Lines hold ids, never names, e-mail addresses, message texts, search words or tokens.
"""

import json
import logging
import sys
import threading
from types import TracebackType
from typing import Any

from pythonjsonlogger import json as pythonjsonlogger

from inbox import context
from inbox.process import outages
from inbox.web.masking import errors_in, hidden_in, hiding, masked, without_values

STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request"}


class RequestContext(logging.Filter):
    """Adds the request, its member and its brand to each record."""

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
        return is_fault and not outages.subject_of(record.exc_info[1] if record.exc_info else None)


class MaskedPaths(logging.Filter):
    """Takes one-time keys out of the server's messages about an answer that broke off.

    Drops those about outages, which are logged by then.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = masked(str(record.msg))
        return not (record.exc_info and outages.subject_of(record.exc_info[1]))


class Discreet(logging.Formatter):
    """Writes no value of the database, in an error's own words or in its causes."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(_without_values(record))


def _without_values(record: logging.LogRecord) -> logging.LogRecord:
    """The record itself where no database's error is part of it; else a copy that may be written."""
    raised = record.exc_info[1] if record.exc_info else None
    given = vars(record)
    args = record.args.values() if isinstance(record.args, dict) else record.args or ()
    hide = hiding(errors_in(raised, *args, *given.values()))
    if hide is None:
        return record
    text = record.msg if isinstance(record.msg, dict) else _message(record)
    extra = {name: hidden_in(given[name], hide) for name in given if name not in STANDARD}
    # `exc_text` may be what another formatter made of it.
    changed = {"msg": hidden_in(text, hide), "args": (), "exc_text": None, **extra}
    if record.exc_info and raised:
        changed["exc_info"] = (record.exc_info[0], without_values(raised), record.exc_info[2])
    return logging.makeLogRecord(given | changed)


def _message(record: logging.LogRecord) -> str:
    """What the record says; where its arguments don't fit, `logging` would print them as they are."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args}"


class JsonFormatter(Discreet, pythonjsonlogger.JsonFormatter):
    """A line for machines, as production writes it."""


class LineFormatter(Discreet):
    """A line a developer can read: time, level, message, then what was given as `extra`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", datefmt="%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        extra: dict[str, Any] = {k: v for k, v in vars(record).items() if k not in STANDARD}
        extra.pop("request_id", None)
        pairs = " ".join(f"{key}={json.dumps(value, default=str)}" for key, value in extra.items())
        return f"{super().formatMessage(record)}  {pairs}".rstrip()


def guard_tracebacks() -> None:
    """As the formatters, for what nobody logs: the end of a command, or of a thread."""
    of_process, of_thread = sys.excepthook, threading.excepthook

    def write(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        of_process(kind, without_values(error), trace)

    def write_of_thread(ended: threading.ExceptHookArgs) -> None:
        error = without_values(ended.exc_value) if ended.exc_value else None
        text = (ended.exc_type, error, ended.exc_traceback, ended.thread)
        of_thread(threading.ExceptHookArgs(text))

    sys.excepthook, threading.excepthook = write, write_of_thread
