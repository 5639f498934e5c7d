"""Somebody confirms that it is them, at a site that runs as in production."""

from http import HTTPStatus

import requests

from tests.support.markup import forms
from tests.support.states import CONFIRM, PASSWORD


def confirm(address: str, cookie: str) -> None:
    """With their password, at the form. Their session is then sure for a quarter of an hour."""
    with requests.Session() as browser:
        browser.trust_env = False
        browser.cookies.set(*cookie.split("=", 1))
        page = browser.get(address + CONFIRM, timeout=30)
        form = next(one for one in forms(page.text) if "password" in one.fields)
        answer = browser.post(
            address + CONFIRM,
            {**form.fields, "password": PASSWORD},
            timeout=30,
            allow_redirects=False,
        )
        assert answer.status_code == HTTPStatus.FOUND, answer.status_code
