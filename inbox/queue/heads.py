"""Reads the newest of an ambassador's chatrooms: what changed since the last time stands there."""

from inbox.models import IndexedAmbassador
from inbox.queue.drift import Course
from inbox.queue.pages import (
    FAILURE,
    REFUSED,
    RETRY,
    Ask,
    ForgottenError,
    note_failure,
    read_down_to,
    save,
)


def read(one: IndexedAmbassador, ask: Ask) -> None:
    """Read pages until one has a chatroom that did not change; the first alone the first time.

    Raises PopsellError where Popsell can't be asked now; what was read stays. Where it refuses this
    ambassador, that is noted, and tried again next day.
    """
    try:
        read_down_to(one, one.newest, Course(), ask)
        if one.failed_since or one.retry_at:
            one.failed_since = one.failed_with = one.retry_at = None
            save(one, FAILURE)
    except REFUSED as refusal:
        note_failure(one, refusal, RETRY)
    except ForgottenError:
        return
