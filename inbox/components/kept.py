"""Parts of pages as HTML, each made once for everyone who needs the very same.

Who keeps a part names all that it depends on. Only its CSRF field is new on each page.
"""

from collections.abc import Hashable, Mapping

from django.template.loader import get_template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from inbox.caches.memories import Memory
from inbox.components.rows import CSRF

_PARTS = Memory[SafeString](1_024)


def draw(template: str, told: Hashable, context: Mapping[str, object]) -> SafeString:
    """This template with this context, without the CSRF field of its forms.

    `told`: all that it depends on, but for the language and the zone; None where it is not kept.
    """

    def render() -> SafeString:
        html = get_template(template).render({**context, "csrf_field": CSRF})
        return mark_safe(html)  # noqa: S308 - as the template made it

    key = (template, get_language(), timezone.get_current_timezone_name(), told)
    return render() if told is None else _PARTS.keep(key, render)


def fill(html: SafeString, csrf_field: object) -> SafeString:
    """A part with the CSRF field of its page."""
    return mark_safe(html.replace(CSRF, str(csrf_field)))  # noqa: S308 - as above


def minute() -> int:
    """For parts that tell relative times: these are right to the minute."""
    return int(timezone.now().timestamp() // 60)
