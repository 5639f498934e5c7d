"""The rows of an inbox as HTML, made once for all who need the very same.

A member who looks again at an inbox that did not change, and a refresh of one that changed nowhere
else, get the rows as they were rendered; only the CSRF field is put in anew. Relative times are right
to the minute.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from time import time

from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from inbox.context import measured
from inbox.popsell.resources import Ambassador
from inbox.views.rows import Inbox

CSRF = mark_safe("<!-- csrf -->")  # never in a row otherwise: what people wrote is escaped


@dataclass(frozen=True, slots=True)
class _Face:
    """All that the rows depend on; `inbox` is what to render where they are not there yet."""

    member: int
    may_act: bool
    zone: str
    language: str | None
    minute: int
    number: int
    mark: str
    ambassador: Ambassador
    inbox: Inbox = field(compare=False)


def listed(request: HttpRequest, inbox: Inbox) -> tuple[SafeString, int]:
    """The rows, and how many of them are unread."""
    member = inbox.member
    face = _Face(
        member.pk,
        member.may_act,
        member.brand.time_zone,
        get_language(),
        int(time() // 60),
        inbox.number,
        inbox.reading.mark,
        inbox.ambassador,
        inbox,
    )
    with measured("render"):
        html, unread = _rendered(face)
        return mark_safe(html.replace(CSRF, csrf_input(request))), unread  # noqa: S308 - as above


@lru_cache(64)
def _rendered(face: _Face) -> tuple[str, int]:
    html = get_template("inbox/_rows.html").render({"inbox": face.inbox, "csrf_field": CSRF})
    return html, face.inbox.unread
