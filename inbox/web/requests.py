"""Finds the page of a request, where it came from, and its page number of a list."""

from contextlib import suppress
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from inbox.chatrooms.listing import Origin, inbox_address, list_address
from inbox.chatrooms.query import Query, build, parse
from inbox.text.numbers import page_number

POST_ONLY = {
    *("read", "archive", "block", "flag", "reveal", "review", "note"),
    *("no_answer", "judge", "hold", "hand_over", "bring_back_views", "delete_view"),
    *("undo", "preferences", "member_role", "deactivate", "reactivate", "withdraw"),
    *("close_toast", "index_again", "index_try", "index_retry"),
}
"""The names of the addresses that are no page: nobody is led back to them."""


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks for a fragment; false before its middleware has run."""
    return bool(getattr(request, "htmx", False))


def keeps_its_page(request: HttpRequest) -> bool:
    """Whether a page that stays open asks, for a fragment or for what Back leads to.

    It is never redirected, and shows failures within itself.
    """
    return is_htmx(request) or "HX-History-Restore-Request" in request.headers


def asks_anew(request: HttpRequest) -> bool:
    """Whether the person wants Popsell's state now, instead of a recent reading."""
    return "no-cache" in request.headers.get("Cache-Control", "")


def asks_by_itself(request: HttpRequest) -> bool:
    """Whether an open page asks this unbidden: its news, what waits for those it has pinned, and what
    may be opened next."""
    asking = getattr(getattr(request, "htmx", None), "trigger", None) or ""
    is_unbidden = asking.startswith("pin-") or request.path_info.endswith("/ahead/")
    return "Inbox-Shown" in request.headers or (request.method == "GET" and is_unbidden)


def is_prefetch(request: HttpRequest) -> bool:
    """Whether a browser asks ahead, in case the person might go there."""
    purpose = request.headers.get("Sec-Purpose") or request.headers.get("Purpose", "")
    return "prefetch" in purpose


def came_from(request: HttpRequest) -> str:
    """The page on which the person is: for a GET its own address, for a POST the page before it."""
    page = _htmx_page(request)
    if page and _is_ours(page):
        return page
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    referrer = request.headers.get("Referer", "")
    ours = {request.get_host()}
    if url_has_allowed_host_and_scheme(referrer, ours, require_https=request.is_secure()):
        parts = urlsplit(referrer)
        page = parts.path + (f"?{parts.query}" if parts.query else "")
        if parts.path != request.path and _is_ours(page) and not _takes_forms_alone(parts.path):
            return page
    return nearest_page(request)


def changed_on_page(request: HttpRequest) -> set[str]:
    """What of the query is another than on the page where its link was pressed; nothing elsewhere.

    A link that only sorts or narrows the page that one is on should keep the focus.
    """
    before = urlsplit(request.headers.get("Referer", ""))
    if before.path != request.path or before.netloc != request.get_host():
        return set()
    known = QueryDict(before.query)
    names = {*known, *request.GET}
    return {name for name in names if known.getlist(name) != request.GET.getlist(name)}


def _is_ours(page: str) -> bool:
    """Whether a browser stays on this site: of `//host/` it takes the first part for another one."""
    is_plain = page.startswith("/") and page == page.strip()
    return is_plain and url_has_allowed_host_and_scheme(page, allowed_hosts=None)


def _takes_forms_alone(path: str) -> bool:
    with suppress(Resolver404):
        return resolve(path).url_name in POST_ONLY
    return False


def _htmx_page(request: HttpRequest) -> str | None:
    """The page that htmx says it is on, where that is one of this site."""
    htmx = getattr(request, "htmx", None)
    try:
        return htmx.current_url_abs_path if isinstance(htmx, HtmxDetails) and htmx else None
    except ValueError:  # a header can hold anything
        return None


def form_page(request: HttpRequest) -> str:
    """The address of an account form, which still leads on to the next page; empty elsewhere."""
    match = request.resolver_match
    if request.method != "POST" or not match or not request.path.startswith(reverse("account")):
        return ""
    by_passkey = match.url_name == "mfa_login_webauthn"
    page = reverse("account_login") if by_passkey else request.path
    next_ = request.POST.get("next") or request.GET.get("next", "")
    ours = {request.get_host()}
    if not url_has_allowed_host_and_scheme(next_, ours, require_https=request.is_secure()):
        return page
    return f"{page}?{urlencode({'next': next_})}"


def nearest_page(request: HttpRequest) -> str:
    """The page that an address belongs to.

    An act's inbox or open conversation, else its brand's ambassadors, else /.
    """
    arguments = request.resolver_match.kwargs if request.resolver_match else {}
    if "ambassador_id" in arguments:
        page = page_number(request.POST.get("page") or request.GET.get("page"))
        query, chatroom = query_of(request), arguments.get("chatroom_id")
        if request.POST.get("place") and chatroom:
            return reverse("chatroom", kwargs=arguments) + build(page, query)
        # The row stays in sight, even if it no longer matches.
        stays = {"stays": chatroom} if query.is_of_index and chatroom else {}
        if query.is_brand_wide:
            return list_address(arguments["brand_id"], arguments["ambassador_id"], query=query)
        path = inbox_address(arguments["brand_id"], arguments["ambassador_id"])
        return path + build(page, query, **stays)
    if "brand_id" in arguments:
        return reverse("ambassadors", args=[arguments["brand_id"]])
    return reverse("home")


def origin_of(request: HttpRequest, ambassador_id: int) -> Origin:
    """The list that an act was pressed in, from its form or from the address of its page."""
    page = page_number(request.POST.get("page") or request.GET.get("page"))
    return Origin(ambassador_id, page, query_of(request))


def query_of(request: HttpRequest) -> Query:
    """The listing that a request is about: a form carries it as `query`, a page as its address."""
    carried = request.POST.get("query") or request.GET.get("query")
    if carried is None and request.method in {"GET", "HEAD"}:
        return parse(request.GET)
    return parse(QueryDict(carried or ""))


def refuse_ahead(request: HttpRequest) -> HttpResponse | None:
    """What a browser gets that fetches ahead: nothing, since it would leave no viewing."""
    ahead = is_prefetch(request)
    return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE) if ahead else None
