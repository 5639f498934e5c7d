"""An address that is asked in a way that it does not know says so in words."""

from typing import Any

import pytest
from django.test import Client

from inbox.models import Membership
from tests.conftest import ClientOf
from tests.support.markup import has, words
from tests.support.pages import INBOX, text
from tests.support.upstream import Upstream

INDEX = "/brands/3/index/"


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return client_of(manager)


@pytest.mark.parametrize("path", [f"{INBOX}chatrooms/1/read/", f"{INDEX}try/", "/preferences/"])
def test_an_address_that_takes_forms_alone(client: Client, api: Upstream, path: str) -> None:
    response: Any = client.get(path)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    page = text(response)
    assert "This address is no page" in words(page)
    assert "Nothing was changed." in words(page)
    assert has(page, 'a[href="/"]')
    assert not api.calls("GET")


@pytest.mark.parametrize("path", [INDEX, "/brands/3/ambassadors/", "/brands/3/activity/"])
def test_a_page_that_takes_no_form(client: Client, path: str) -> None:
    response: Any = client.post(path)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert "This page takes no form" in words(text(response))


def test_a_part_of_a_page_is_told_within_it(client: Client) -> None:
    response: Any = client.get(f"{INDEX}try/", headers={"HX-Request": "true"})
    assert response.status_code == 405
    page = text(response)
    assert "This address is no page" in words(page)
    assert not page.startswith("<!")


def test_a_probe_has_no_page(client: Client) -> None:
    assert client.head(f"{INDEX}try/").content == b""
