"""This keeps parts of pages as HTML. It makes each part once for all people who need the very same.

The caller names all that a part depends on. Only the CSRF field is new on each page.
"""

from collections.abc import Hashable, Mapping

from django.template.loader import get_template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from inbox.caches.memories import Memory
from inbox.components.rows import CSRF

_PARTS = Memory[SafeString](1_024)


Spoken = tuple[str | None, str]
"""In which language and zone a page tells."""


def spoken() -> Spoken:
    return get_language(), timezone.get_current_timezone_name()


def draw(
    template: str, told: Hashable, context: Mapping[str, object], here: Spoken | None = None
) -> SafeString:
    """This template with this context, without the CSRF field of its forms.

    `told`: all that it depends on, but for what is `spoken` here; None where it is not kept.
    """

    def render() -> SafeString:
        return _safe(get_template(template).render({**context, "csrf_field": CSRF}))

    if told is None:
        return render()
    return _PARTS.keep((template, here or spoken(), told), render)


def fill(html: SafeString, csrf_field: object) -> SafeString:
    """A part with the CSRF field of its page."""
    return put(html, CSRF, str(csrf_field))


def put(html: SafeString, before: str, after: str) -> SafeString:
    """A part with HTML of our own in place of other such HTML."""
    return _safe(html.replace(before, after))


def _safe(html: str) -> SafeString:
    """A template made it, which escapes what people wrote; Jinja and `replace` give plain text."""
    return mark_safe(html)  # noqa: S308 - see above


def minute() -> int:
    """For parts that tell relative times: these are right to the minute."""
    return int(timezone.now().timestamp() // 60)
