"""French in a browser: whether its longer words fit, and what scripts say"""

import pytest
from playwright.sync_api import expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.test_pages import PAGES, assert_fits, visit
from tests.support.chatrooms import chatroom
from tests.support.pages import INBOX
from tests.support.upstream import Upstream


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_in_french_too(
    open_page: Open, moderator: Membership, api: Upstream, name: str
) -> None:
    page = visit(open_page, moderator, api, name, locale="fr-FR")
    page.goto(PAGES[name])
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    assert_fits(page)


def test_a_script_asks_with_the_plural_that_suits(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.listing(chatroom(8), chatroom(9))
    page = open_page(moderator, locale="fr-FR")
    page.goto(INBOX)
    question = page.locator("#several-question")
    page.locator("#chatroom-8").get_by_role("checkbox").check()
    assert_fits(page)
    page.get_by_role("button", name="Marquer la sélection comme lue").click()
    expect(question).to_have_text("Marquer 1 conversation comme lue pour Léa ?")
    page.get_by_role("button", name="Annuler").click()
    page.get_by_role("button", name="Désélectionner").click()
    page.get_by_role("button", name="Marquer la page comme lue (2)").click()
    expect(question).to_have_text("Marquer 2 conversations comme lues pour Léa ?")


def test_a_script_lets_time_pass_in_french(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, locale="fr-FR")
    page.goto(INBOX)
    expect(page.locator("#updated")).to_contain_text("Mis à jour il y a 2 s")
