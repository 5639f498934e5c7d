"""Files that only the site's own user can read, under any umask."""

import logging
import os
from functools import cache as once
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

log = logging.getLogger(__name__)

OTHERS = 0o077  # what group and others may do
OTHERS_WRITE = 0o022
STICKY = 0o1000  # only its owner may move or remove what lies in such a folder


def keep_database_private(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Shut an SQLite file and those beside it, when it is opened: others may have made it readable."""
    if connection.vendor != "sqlite":
        return
    database = str(connection.settings_dict["NAME"])
    for ending in ("", "-wal", "-shm"):
        _shut(Path(database + ending))


def _shut(file: Path) -> None:
    try:
        if file.stat().st_mode & OTHERS:
            file.chmod(0o600)
    except FileNotFoundError:  # in memory, or gone since
        return
    except PermissionError:
        _tell_open()


@once
def _tell_open() -> None:
    log.warning("Others can read the SQLite file, and its owner alone can change that.")


def why_open(folder: Path) -> str:
    """Why other users could put files into this folder, in the words that end a sentence.

    Nothing where they can't. The folder is made where it is missing, and shut for other readers.
    """
    try:
        real = folder.resolve()
        real.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = real.stat()
        if facts.st_uid != os.geteuid():
            return "belongs to another user"
        if facts.st_mode & OTHERS_WRITE:
            return "can be written by other users: let its owner alone use it (chmod 700)"
        if real != folder.parent.resolve() / folder.name and any(map(_is_open, real.parents)):
            return f"is a link to {real}, which other users can replace"
        real.chmod(0o700)
    except (OSError, RuntimeError) as failure:  # the second: links that lead in a circle
        return f"can't be used ({type(failure).__name__})"
    return ""


def _is_open(parent: Path) -> bool:
    """Whether others can replace files in this folder."""
    facts = parent.stat()
    anothers = facts.st_uid not in {0, os.geteuid()}
    return anothers or bool(facts.st_mode & OTHERS_WRITE and not facts.st_mode & STICKY)
