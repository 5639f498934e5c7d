"""Signing in, in a browser: passkeys with an authenticator that is one, and an app's picture"""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from inbox.models import Membership, User
from tests.accounts.test_single_sign_on import _issuer, issuer
from tests.browser.conftest import Open
from tests.browser.test_pages import listen
from tests.stack.issuer import OWN, Issuer
from tests.support.cast import PASSWORD
from tests.support.signing_in import code_now, with_app

__all__ = ["_issuer", "issuer"]

OPTIONS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
Holding = Callable[..., Page]


@pytest.fixture
def holding(open_page: Open, live_server: LiveServer) -> Holding:
    """A page in a browser that holds passkeys; those need a host with a name."""

    def opened(**changes: bool) -> Page:
        url = live_server.url.replace("127.0.0.1", "localhost")
        page = open_page(base_url=url)
        device = page.context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        device.send("WebAuthn.addVirtualAuthenticator", {"options": {**OPTIONS, **changes}})
        return page

    return opened


def enter(page: Page, email: str = "nadia@example.com") -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/brands/3/")


def test_the_first_empty_field_has_the_focus(open_page: Open, moderator: Membership) -> None:
    with_app(moderator.user)
    page = open_page()
    page.goto("/accounts/login/")
    expect(page.get_by_label("Email")).to_be_focused()
    page.keyboard.type("nadia@example.com")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator(".form .alert")).to_be_visible()
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    for code in ("000000", "000001"):
        expect(page.get_by_label("Code")).to_be_focused()
        page.get_by_label("Code").fill(code)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    expect(page.get_by_label("Code")).to_be_focused()


def confirm(page: Page) -> None:
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def add_passkey(page: Page) -> None:
    page.goto("/accounts/2fa/passkeys/add/")
    confirm(page)
    page.get_by_label("Its name").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/")


def test_a_passkey_is_added_and_signs_in_without_a_password(
    holding: Holding, moderator: Membership
) -> None:
    page = holding()
    heard = listen(page)
    enter(page)
    add_passkey(page)
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto("/accounts/2fa/")
    expect(page.locator("strong", has_text="My phone")).to_be_visible()
    sign_out(page)
    page.goto("/accounts/login/?next=/accounts/sessions/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Where you are signed in")).to_be_visible()
    assert [said for said in heard if not said.startswith("failed: ")] == []  # left while loading
    key = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    assert key.last_used_at


def test_a_passkey_is_the_second_factor_after_a_password(
    holding: Holding, moderator: Membership
) -> None:
    page = holding()
    enter(page)
    add_passkey(page)
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    sign_out(page)
    page.get_by_label("Email").fill("nadia@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/brands/3/")


def test_a_passkey_confirms_who_one_is_and_is_removed(
    holding: Holding, moderator: Membership
) -> None:
    page = holding()
    enter(page)
    add_passkey(page)
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/brands/3/")
    page.goto("/accounts/2fa/passkeys/confirm/?next=/accounts/2fa/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Passkeys", exact=True)).to_be_visible()
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("Name").fill("Old phone")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Remove Old phone").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    assert not Authenticator.objects.exists()


def test_who_is_not_recognised_by_the_device_gets_no_further(
    holding: Holding, moderator: Membership
) -> None:
    page = holding(isUserVerified=False)
    enter(page)
    add_passkey(page)
    expect(page.get_by_role("alert").filter(has_text="No passkey was made")).to_be_visible()
    assert not Authenticator.objects.exists()


def test_an_unknown_passkey_is_told_so(holding: Holding, moderator: Membership) -> None:
    page = holding()
    enter(page)
    add_passkey(page)
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    Authenticator.objects.all().delete()
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("This passkey does not fit: it was removed")).to_be_visible()


def test_the_recovery_codes_are_saved_as_a_file(
    open_page: Open, live_server: LiveServer, moderator: Membership
) -> None:
    page = open_page(base_url=live_server.url)
    enter(page)
    page.goto("/accounts/2fa/app/")
    confirm(page)
    secret = page.locator(".picture-code code").inner_text()
    page.get_by_label("Authenticator code").fill(code_now(secret))
    page.get_by_role("button", name="Turn on").click()
    codes = page.locator(".codes-list code")
    expect(codes).to_have_count(10)
    shown = codes.all_inner_texts()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as a file").click()
    assert saved.value.suggested_filename == "recovery-codes.txt"
    assert saved.value.path().read_text().split() == shown


def test_without_scripts_no_button_is_there_that_does_nothing(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/accounts/login/")
    expect(page.get_by_role("button", name="passkey")).to_have_count(0)


# Where people sign in at an issuer


@pytest.fixture
def at_issuer(live_server: LiveServer, issuer: Issuer, settings: Settings) -> Issuer:
    issuer.ends = OWN
    settings.PUBLIC_URL, settings.OIDC_NAME = live_server.url, "Maison SSO"
    return issuer


@pytest.mark.parametrize("scripts", [True, False])
def test_with_the_keyboard_the_issuer_comes_first_and_operators_unfold_theirs(
    open_page: Open, operator: User, at_issuer: Issuer, settings: Settings, scripts: bool
) -> None:
    settings.REQUIRE_SSO = True
    with_app(operator)
    page = open_page(java_script_enabled=scripts)
    page.goto("/accounts/login/?next=/accounts/sessions/")
    issuer_first = page.get_by_role("link", name="Sign in with Maison SSO")
    issuer_first.focus()
    expect(page.get_by_label("Email")).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Email")).to_be_focused()
    page.keyboard.type(operator.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Code").fill(code_now())
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/sessions/")


def test_one_signs_out_here_and_then_there_and_comes_back(
    open_page: Open, moderator: Membership, at_issuer: Issuer
) -> None:
    page = open_page()
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Sign in with Maison SSO").click()
    page.wait_for_url("**/brands/3/")
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    page.get_by_role("link", name="Sign out there too").click()
    page.wait_for_url("**/accounts/login/?state=*")
    expect(page.get_by_text("You are signed out, here and with Maison SSO.")).to_be_visible()
    assert len(at_issuer.ended) == 1
