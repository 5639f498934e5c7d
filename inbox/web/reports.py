"""Limits Django's reports of a fault: its page for developers, and its mails to them."""

import re
from collections.abc import ItemsView
from types import TracebackType
from typing import Any

from django.http import HttpRequest, QueryDict
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from inbox.web.masking import without_values


class Reporter(ExceptionReporter):
    """Tells of an error what the log may tell: nothing that a database quotes."""

    def __init__(
        self,
        request: HttpRequest | None,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
        is_email: bool = False,
    ) -> None:
        error = without_values(exc_value) if exc_value else None
        super().__init__(request, exc_type, error, tb, is_email)


class Scrubbed(SafeExceptionReporterFilter):
    """Names and kinds, no values: of a variable, a form's field, a cookie or an address with a secret.

    With DEBUG on as well: a developer's screen is no place for somebody's conversation either.
    """

    hidden_settings = re.compile(
        "API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|COOKIE|CSRF|SESSION|DSN|URL|HOST_USER|"
        "DATABASES|CACHES|LOCATION|QUERY_STRING|REFERER|PROVIDERS",
        re.IGNORECASE,
    )

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, Any]:
        return dict.fromkeys(getattr(request, "COOKIES", {}), self.cleansed_substitute)

    def get_post_parameters(self, request: HttpRequest | None) -> QueryDict:
        hidden = QueryDict(mutable=True)
        for name in request.POST if request else ():
            hidden[name] = self.cleansed_substitute
        return hidden

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: Any
    ) -> ItemsView[str, Any]:
        return {name: _shown(value) for name, value in tb_frame.f_locals.items()}.items()


def _shown(value: object) -> object:
    """Numbers and flags tell where it went wrong; a text may be anything."""
    return value if isinstance(value, int | None) else f"({type(value).__name__})"
