"""A hundred sign-ins at once, over real HTTP and two processes: five passwords are looked at"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import requests

from tests.faults.conftest import Member, Stack
from tests.stack.play import playing
from tests.support.markup import forms

MANY = 100
LOGIN = "/accounts/login/"


@pytest.fixture(params=["a folder", "Redis"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """A site of its own: what it counts of this machine's address is nobody else's."""
    more = {"WEB_CONCURRENCY": "2"}
    if request.param == "Redis":
        stack: Stack = request.getfixturevalue("stack")
        more["CACHE_URL"] = f"{stack.cache.server}1"
    with playing("0", more) as play:
        yield play.address


def test_five_passwords_are_tried_at_an_account(address: str) -> None:
    nobody = Member(address)
    form = next(one for one in forms(nobody.get(LOGIN).text) if "login" in one.fields)
    fields = {**form.fields, "login": "hugo@example.com", "password": "wrong"}
    cookies = nobody.session.cookies.get_dict()
    together = Barrier(MANY)

    def guess(_: int) -> requests.Response:
        member = Member(address)
        member.session.cookies.update(cookies)
        together.wait()
        return member.post(LOGIN, fields, htmx=False)

    with ThreadPoolExecutor(MANY) as threads:
        answers = list(threads.map(guess, range(MANY)))
    assert {answer.status_code for answer in answers} <= {200, 429, 503}
    checked = [
        one for one in answers if one.status_code == 200 and "Too many failed" not in one.text
    ]
    assert 1 <= len(checked) <= 5
    assert all("not correct" in one.text for one in checked)
