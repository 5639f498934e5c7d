"""/preferences/ : theme and single keys, remembered for the person"""

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client, RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox.models import Brand, Membership, Role
from inbox.web.requests import came_from
from tests.conftest import ClientOf
from tests.support.markup import attribute, every, one
from tests.support.pages import HTMX, INBOX, text
from tests.support.runs import many
from tests.support.upstream import Upstream

CHOOSE = "/preferences/"
PEOPLE = "/brands/3/ambassadors/"


@pytest.fixture
def client(client_of: ClientOf, viewer: Membership, api: Upstream) -> Client:
    return client_of(viewer)


def choose(client: Client, **fields: str) -> Any:
    return client.post(CHOOSE, fields, headers={"Referer": f"http://testserver{INBOX}?page=2"})


def root(client: Client, page: str = PEOPLE) -> dict[str, str | None]:
    """What a page's <html> says of the choices."""
    return one(text(client.get(page)), "html").attributes


def colours(client: Client) -> str:
    """How a page announces its colours."""
    return attribute(one(text(client.get(PEOPLE)), "head meta[name=color-scheme]"), "content")


def test_nothing_is_chosen_at_first(client: Client) -> None:
    assert root(client) == {"lang": "en"}
    assert colours(client) == "light dark"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_is_remembered_until_the_systems_is_wanted(client: Client, theme: str) -> None:
    choose(client, theme=theme)
    assert root(client)["data-theme"] == theme
    assert colours(client) == theme
    choose(client, theme="")
    assert "data-theme" not in root(client)


def test_the_chosen_theme_is_marked(client: Client) -> None:
    choose(client, theme="dark")
    buttons = every(text(client.get(PEOPLE)), "button[name=theme]")
    marked = [button.attributes.get("aria-current") for button in buttons]
    assert marked == [None, "true", None]


def test_single_keys_are_switched_off_and_on(client: Client) -> None:
    choose(client, shortcuts="off")
    assert root(client)["data-shortcuts"] == "off"
    assert "Switch single keys on" in text(client.get(PEOPLE))
    choose(client, shortcuts="on")
    assert "data-shortcuts" not in root(client)
    assert "Switch single keys off" in text(client.get(PEOPLE))


def test_each_choice_leaves_the_others(client: Client, viewer: Membership) -> None:
    choose(client, theme="dark")
    choose(client, shortcuts="off")
    choose(client, language="fr")
    viewer.user.refresh_from_db()
    user = viewer.user
    assert (user.theme, user.shortcuts, user.language) == ("dark", False, "fr")


@pytest.mark.parametrize(
    "nonsense",
    [{}, {"theme": "pink"}, {"shortcuts": "maybe"}, {"shortcuts": ""}, {"theme": "DARK"}],
)
def test_nonsense_changes_nothing(client: Client, nonsense: dict[str, str]) -> None:
    choose(client, theme="dark")
    choose(client, shortcuts="off")
    assert choose(client, **nonsense).status_code == 302
    assert root(client)["data-theme"] == "dark"
    assert root(client)["data-shortcuts"] == "off"


def test_without_scripts_one_is_back_where_one_was(client: Client) -> None:
    assert choose(client, theme="dark")["Location"] == f"{INBOX}?page=2"


def test_a_choice_leads_nowhere_else(client: Client) -> None:
    for referrer in ("https://evil.example/", "http://testserver.evil.example/x", ""):
        response: Any = client.post(CHOOSE, {"theme": "dark"}, headers={"Referer": referrer})
        assert response["Location"] == "/"


@pytest.mark.parametrize(
    "path", ["//evil.example/x", "///evil.example", "/\\evil.example", "\\evil.example"]
)
def test_a_page_of_ours_whose_path_names_another_host_is_none(client: Client, path: str) -> None:
    """A browser takes an address that begins with two slashes for one of another site."""
    here = f"http://testserver{path}"
    for address, elsewhere in ((CHOOSE, "/"), (f"{INBOX}pin/", INBOX)):
        response: Any = client.post(address, {"theme": "dark"}, headers={"Referer": here})
        assert response["Location"] == elsewhere
    signed_out: Any = Client().get(INBOX, headers={**HTMX, "HX-Current-URL": here})
    assert signed_out.status_code == 401
    assert "evil" not in text(signed_out)


@settings(max_examples=many(500))
@given(st.text(st.sampled_from("/\\:@?#.;\t\n\r\0 hpevil%2F"), max_size=12))
def test_no_address_one_came_from_leads_to_another_host(path: str) -> None:
    request = RequestFactory().post(
        "/preferences/", headers={"Referer": f"http://testserver/{path}"}
    )
    back = came_from(request)
    browser = urljoin("http://testserver/", re.sub(r"[\t\n\r]", "", back).replace("\\", "/"))
    assert urlsplit(browser).netloc == "testserver"


def test_with_htmx_the_page_is_loaded_anew(client: Client) -> None:
    response = client.post(CHOOSE, {"theme": "dark"}, headers=HTMX)
    assert response["HX-Refresh"] == "true"


def test_choices_are_of_the_person_not_of_a_brand_or_a_browser(
    client: Client,
    client_of: ClientOf,
    viewer: Membership,
    manager: Membership,
    other_brand: Brand,
) -> None:
    Membership.objects.create(user=viewer.user, brand=other_brand, role=Role.VIEWER)
    choose(client, theme="dark")
    another_browser = client_of(viewer)
    for page in ("/brands/8/ambassadors/", "/accounts/password/change/"):
        assert root(another_browser, page)["data-theme"] == "dark"
    assert "data-theme" not in root(client_of(manager))


def test_who_is_not_signed_in_has_no_theme_to_choose(viewer: Membership) -> None:
    response = Client().post(CHOOSE, {"theme": "dark", "shortcuts": "off"})
    assert response.status_code == 302
    viewer.user.refresh_from_db()
    assert (viewer.user.theme, viewer.user.shortcuts) == ("", True)


def test_only_a_form_of_ours_chooses(viewer: Membership, client: Client) -> None:
    assert client.get(CHOOSE).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(viewer.user)
    assert strict.post(CHOOSE, {"theme": "dark"}).status_code == 403
    assert "data-theme" not in root(client)
