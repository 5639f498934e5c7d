"""Entries of the cache as files: a signature, when the entry ends, and its packed value.

A file's name is a digest of its entry's key, and the signature covers that name. Nothing is unpacked
before its signature is checked.
"""

import errno
import os
import pickle
import stat
import struct
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from zlib_ng import zlib_ng

from inbox.caches import sealing

ENDS = struct.Struct(">d")
HEAD = sealing.SIGNATURE + ENDS.size  # bytes
UNREADABLE = object()
LARGEST = 256_000_000  # bytes: an entry is a page, which POPSELL_MAX_BYTES bounds
BLOCK = 512  # bytes, in which a file's place on the disk is told
SMALL = 4096  # bytes of an entry that is written in one step
OTHERS = stat.S_IRWXG | stat.S_IRWXO
PLAIN_FILE = os.O_NOFOLLOW | os.O_CLOEXEC
FOREIGN = {errno.ELOOP, errno.EACCES, errno.ENXIO}  # a link, another user's file, a socket


@dataclass(frozen=True, slots=True)
class Entry:
    """`ends`: seconds since the epoch."""

    value: Any
    ends: float


def pack(path: Path, value: object, ends: float) -> bytes:
    """The content of the file at this path. Packed for speed: pages are written often.

    What is small is only wrapped, so that a number that grows never takes less room.
    """
    pickled = pickle.dumps(value, sealing.PROTOCOL)
    packed = zlib_ng.compress(pickled, 0 if len(pickled) <= SMALL // 2 else 1)
    return sealing.seal(path.name, ENDS.pack(ends) + packed)


def overwrite(path: Path, packed: bytes) -> bool:
    """Write the entry into the file that lies there, and tell whether that could be done.

    It takes a fifth of the time of another file. A process that is killed in the middle leaves a broken
    entry, which is a miss; for numbers and other small entries it is one step. Only into a file of ours
    alone, which has so much room on the disk that a full one takes nothing away, unless its file system
    writes each change elsewhere. The caller holds the entry's lock.
    """
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_NONBLOCK | PLAIN_FILE), "wb", 0) as file:
            facts = os.fstat(file.fileno())
            if not (_is_ours_alone(facts) and _has_room(facts, len(packed))):
                return False
            if file.write(packed) < len(packed):
                return False
            if facts.st_size > len(packed):
                file.truncate(len(packed))
            return True
    except OSError:
        return False


def _is_ours_alone(facts: os.stat_result) -> bool:
    """Whether nobody else may read it, or has another name for it."""
    is_shut = stat.S_ISREG(facts.st_mode) and not facts.st_mode & OTHERS
    return is_shut and facts.st_uid == os.geteuid() and facts.st_nlink == 1


def _has_room(facts: os.stat_result, size: int) -> bool:
    """Whether so many bytes need no more of the disk; a small file is not cut, which is a step more."""
    is_cut = facts.st_size > size
    return size <= facts.st_blocks * BLOCK and not (is_cut and facts.st_size <= SMALL)


def find(path: Path) -> Entry | None:
    """The entry of this path; None where there is none, or it ended or can't be used."""
    sealed = read_bytes(path)
    try:
        return None if sealed is None else unpack(path, sealed)
    except sealing.BrokenEntryError:
        sealing.tell_broken()
        return None


def read_bytes(path: Path, most: int = -1) -> bytes | None:
    """The file's content; None where there is no file, empty where it is not ours."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | PLAIN_FILE)
    except FileNotFoundError:
        return None
    except OSError as failure:
        if failure.errno in FOREIGN:
            return b""
        raise
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode) or (most < 0 and facts.st_size > LARGEST):
        os.close(descriptor)
        return b""
    with os.fdopen(descriptor, "rb") as file:
        return file.read(most)


def _packed(path: Path, sealed: bytes) -> tuple[float, memoryview] | None:
    """When the entry ends, and its packed value; None where it ended. Raises BrokenEntryError."""
    body = sealing.unseal(path.name, sealed)
    (ends,) = ENDS.unpack_from(body)
    return None if ends <= time.time() else (ends, body[ENDS.size :])


def state(path: Path) -> Literal["good", "over", "broken", "missing"]:
    sealed = read_bytes(path)
    if sealed is None:
        return "missing"
    try:
        return "over" if _packed(path, sealed) is None else "good"
    except sealing.BrokenEntryError:
        return "broken"


def unpack(path: Path, sealed: bytes) -> Entry | None:
    """The entry in these bytes; None where it ended or is not known. Raises BrokenEntryError."""
    found = _packed(path, sealed)
    if found is None:
        return None
    ends, packed = found
    value = sealing.unpickle(zlib_ng.decompress(packed), UNREADABLE)
    return None if value is UNREADABLE else Entry(value, ends)


def says_it_ends(path: Path) -> float:
    """When the entry ends, by its unchecked head: trust it for nothing but making room."""
    head = read_bytes(path, HEAD) or b""
    if len(head) < HEAD:
        return 0.0
    return float(ENDS.unpack_from(head, sealing.SIGNATURE)[0])
