"""python manage.py check_popsell --brand 3"""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.support.upstream import Upstream


def check(brand: int = 3) -> str:
    out = StringIO()
    call_command("check_popsell", brand=brand, stdout=out)
    return out.getvalue()


def test_says_that_all_works(api: Upstream) -> None:
    assert "Address, token and brand work: 12 ambassadors." in check()


@pytest.mark.parametrize(
    ("status", "fix"),
    [
        (401, "POPSELL_ACCESS_TOKEN_3"),
        (403, "not for brand 3"),
        (404, "must end in /api/v2"),
        (429, "fewer calls"),
        (500, "POPSELL_API_URL is the API's own address"),
        (302, "POPSELL_API_URL is the API's own address"),
    ],
)
def test_says_what_to_fix(api: Upstream, status: int, fix: str) -> None:
    api.answer("GET", status, {})
    with pytest.raises(CommandError, match=re.escape(fix)) as told:
        check()
    assert "sandbox-token" not in str(told.value)


def test_says_that_a_brand_is_not_the_tokens(api: Upstream) -> None:
    with pytest.raises(CommandError, match="not for brand 99"):
        check(99)


def test_says_that_nothing_listens(api: Upstream, settings: Settings) -> None:
    settings.POPSELL_API_URL = "http://127.0.0.1:9/api/v2"
    with pytest.raises(CommandError, match="Check the host in POPSELL_API_URL"):
        check()


def test_says_that_the_address_is_missing(settings: Settings) -> None:
    settings.POPSELL_API_URL = ""
    with pytest.raises(CommandError, match="POPSELL_API_URL is missing"):
        check()


def test_says_that_no_token_is_set(api: Upstream, settings: Settings) -> None:
    settings.POPSELL_ACCESS_TOKEN = ""
    with pytest.raises(CommandError, match="POPSELL_ACCESS_TOKEN_3 or POPSELL_ACCESS_TOKEN"):
        check()
