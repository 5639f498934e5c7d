"""How our templates are read: Jinja2, which compiles them to Python (admin and allauth keep Django's).

A page of 25 rows takes a fifth of the time that way; see "Speed" in CONTRIBUTING.md.
"""

import re
from collections.abc import MutableMapping
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext, pgettext
from jinja2 import Environment, select_autoescape
from jinja2.ext import Extension

from inbox import context, display
from inbox.accounts import issuer, sessions
from inbox.components import digest, drawn, inbox, kept, rail, toasts
from inbox.display import filters, times
from inbox.display.addresses import path_to

INDENT = re.compile(r"^ +", re.MULTILINE)
# Behind a tag no line ends on the page: Jinja trims it there.
IDLE = re.compile(r"(?<![%#]}\n)^ ", re.MULTILINE)


class Flat(Extension):
    """Leaves out how our pages are indented, a fiftieth of what is sent. Mails stay as they are."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return source if (name or "").endswith(".txt") else IDLE.sub("", INDENT.sub(" ", source))


class Plain(Environment):
    """Gives each template the globals as a plain mapping.

    Jinja's chain of two is compared at each import, which took a fifth of a conversation's page.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


def environment(**options: Any) -> Environment:
    """As Django's setting TEMPLATES names it; what it adds of its own is all that templates know.

    All is escaped but mails and messages, which are plain text.
    """
    options["autoescape"] = select_autoescape(disabled_extensions=["txt"], default=True)
    made = Plain(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n", Flat], **options
    )
    made.policies["ext.i18n.trimmed"] = True
    vars(made)["install_gettext_callables"](gettext, ngettext, newstyle=True, pgettext=pgettext)
    made.filters |= {**filters.FILTERS, "browser": sessions.browser}
    made.globals |= {
        "icon": display.icon,
        "static": static,
        "url": path_to,
        "messages_of": get_messages,
        "toast_of": toasts.kept,
        "filled": kept.fill,
        "list_part": drawn.draw_list,
        "inbox_part": inbox.draw_list,
        "queued_row": drawn.draw_row,
        "customer_row": drawn.draw_customer,
        "choose_part": choose_part,
        "files_part": files_part,
        "outages_part": outages_part,
        "rail_part": rail.draw,
        "digest_part": digest.draw,
        "language": get_language,
        "languages": settings.LANGUAGES,
        "person": person,
        "request_id": lambda: context.current().request_id,
        "ticking": times.ticking,
        "sso": sso,
        "sso_confirm": sso_confirm,
        "sso_required": sso_required,
        "issuer_name": issuer.name,
    }
    return made


def files_part() -> SafeString:
    """The links to our stylesheets and scripts: the same on all pages."""
    files = {kind: bundle(kind) for kind in ("STYLESHEETS", "JAVASCRIPT")}
    return kept.draw("components/_files.html", tuple(map(tuple, files.values())), files)


def choose_part() -> SafeString:
    """What stands where no conversation is open: the same for all who read a language."""
    return kept.draw("inbox/_choose.html", (), {})


def outages_part() -> SafeString:
    """What scripts say where the dashboard can't be reached: the same for all who read a language."""
    return kept.draw("components/_outages.html", (), {})


def person(request: HttpRequest) -> object:
    """The signed-in person, if already known: an error page must not ask the database."""
    known = vars(request).get("_cached_user")
    return known if getattr(known, "is_authenticated", False) else None


def sso() -> str:
    """The words of the single sign-on button; empty without single sign-on."""
    if not settings.SINGLE_SIGN_ON:
        return ""
    return gettext("Sign in with %(name)s") % issuer.named()


def sso_confirm() -> str:
    """The words of its button on the page that asks for confirmation."""
    return gettext("Confirm with %(name)s") % issuer.named()


def sso_required() -> bool:
    """Whether it is the way in for all but some operators."""
    return bool(settings.REQUIRE_SSO)


def bundle(kind: str) -> list[str]:
    """The addresses of all stylesheets or scripts: one in production, one per file otherwise."""
    storage = settings.STORAGES["staticfiles"]["BACKEND"]
    return _bundle(kind, bool(settings.PIPELINE["PIPELINE_ENABLED"]), storage)


@cache
def _bundle(kind: str, one: bool, _storage: str) -> list[str]:
    package: dict[str, Any] = settings.PIPELINE[kind]["inbox"]
    names = [package["output_filename"]] if one else package["source_filenames"]
    return [static(name) for name in names]
