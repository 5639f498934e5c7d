"""Leads people who can't go on yet to the right page, and back again."""

from urllib.parse import urlencode

from allauth.account.internal.stagekit import unstash_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse

from inbox.web import failure_answers, failures, typed
from inbox.web.requests import came_from, keeps_its_page

SAFE = {"GET", "HEAD"}
WAY_ON = "way_on"
"""In the session, which templates read: the page that was asked for before a second factor was due."""


def to_sign_in(request: HttpRequest, message: str = "") -> HttpResponse:
    """Lead to the sign-in page, and then back to the present page. `message`: the reason, if known.

    An open page is led nowhere: it may hold what somebody wrote, and stays as it is. A plain form with
    somebody's text is not led away either: the page that says so holds it.
    """
    address = sign_in_page(came_from(request))
    if keeps_its_page(request) or typed.words(request):
        return failure_answers.answer(request, failures.of_ended_session(request, address, message))
    return HttpResponseRedirect(address + ("" if request.method in SAFE else "&undone=1"))


def to_second_factor(request: HttpRequest) -> HttpResponse:
    """To where one sets it up, and then back."""
    page = resolve_url("mfa_index")
    if keeps_its_page(request) or typed.words(request):
        return failure_answers.answer(request, failures.of_missing_factor(request, page))
    request.session[WAY_ON] = came_from(request)
    return HttpResponseRedirect(page)


def forget_way_on(request: HttpRequest) -> None:
    if WAY_ON in request.session:
        del request.session[WAY_ON]


def sign_in_page(next_: str | None) -> str:
    """The sign-in page that leads on to this address, if to any."""
    return with_next(reverse("account_login"), next_)


def with_next(page: str, next_: str | None) -> str:
    """The page's address with the one to go on to."""
    return f"{page}?{urlencode({'next': next_})}" if next_ else page


def pending(request: HttpRequest) -> str:
    """The address after a sign-in that waits for a code; empty for the start page."""
    login = unstash_login(request, peek=True)
    return (login and login.redirect_url) or ""
