"""What all pages have in common as they are rendered"""

from django.middleware.csrf import get_token, rotate_token
from django.test import Client, RequestFactory

from inbox.web.rendering import csrf_field
from tests.support.markup import attribute, attributes, one
from tests.support.pages import INBOX, text
from tests.support.upstream import Upstream

TOKEN = "input[name=csrfmiddlewaretoken]"


def test_the_forms_of_a_page_share_a_token_and_each_page_has_another(
    client: Client, api: Upstream
) -> None:
    first, second = (attributes(text(client.get(INBOX)), TOKEN, "value") for _ in range(2))
    assert len(first) > 10
    assert len(set(first)) == len(set(second)) == 1
    assert first[0] != second[0]


def test_a_secret_that_was_changed_has_another_token() -> None:
    request = RequestFactory().get("/")
    get_token(request)
    before = csrf_field(request)
    assert csrf_field(request) == before
    rotate_token(request)
    after = csrf_field(request)
    assert attribute(one(after, TOKEN), "value") != attribute(one(before, TOKEN), "value")
    assert csrf_field(request) == after
