"""Passwords are hashed two at a time, however many people sign in.

Each hash takes 19 MiB and a core. Two threads do all of them: memory used by other threads would stay
with the process. Few may wait, and none beyond the time of their request.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TypeVar

from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher
from django.utils.translation import gettext_lazy as _

from inbox import context
from inbox.process.busy import Busy
from inbox.process.lending import lend_database

T = TypeVar("T")

AT_ONCE = 2
MOST_WAITING = 16
_hashers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hashing")
_places = BoundedSemaphore(AT_ONCE + MOST_WAITING)


class ManySignIns(Busy):
    title = _("Many people are signing in just now")
    message = _("Passwords are checked and set a few at a time. Try again in a few seconds.")
    retry_after = 5


def in_turn(hash_: Callable[[], T]) -> T:
    """Do the work when its turn comes; lend the database connection meanwhile.

    Raises ManySignIns at once where too many wait, and later where the request's time is over. A
    command has no request and waits until its turn.
    """
    left = context.left()
    if not _places.acquire(blocking=left is None):
        raise ManySignIns
    try:
        lend_database()
        return _done(hash_, left)
    finally:
        _places.release()


def _done(hash_: Callable[[], T], left: float | None) -> T:
    work = _hashers.submit(hash_)
    try:
        return work.result(left)
    except TimeoutError:
        if work.cancel():
            raise ManySignIns from None
        return work.result()  # it has begun and will be done in a moment


class Argon2Hasher(Argon2PasswordHasher):
    """Argon2id with the parameters that OWASP gives for 19 MiB; others are updated at a sign-in."""

    memory_cost = 19 * 1024  # KiB
    time_cost = 2
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        return in_turn(lambda: super(Argon2Hasher, self).encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        return in_turn(lambda: super(Argon2Hasher, self).verify(password, encoded))


class OldHasher(PBKDF2PasswordHasher):
    """For accounts from before Argon2 was chosen. Verifying and hardening both call `encode`."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        return in_turn(lambda: super(OldHasher, self).encode(password, salt, iterations))
