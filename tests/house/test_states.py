"""tests/support/states.py lists each page that somebody may see, so every check looks at it"""

from collections.abc import Iterable
from contextlib import suppress

from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve

from inbox.models import User
from tests.conftest import SignIn, make_well
from tests.support.cast import invitation
from tests.support.states import STATES
from tests.support.upstream import Upstream
from tests.support.visitors import AtClient
from tests.test_access import TABLE

NO_PAGES = {"healthz", "readyz", "draft"}  # for the platform, and for a script


def names(paths: Iterable[str]) -> set[str]:
    """Of the addresses that these are; some lead nowhere on purpose."""
    found = set()
    for path in paths:
        with suppress(Resolver404):
            found.add(str(resolve(path).url_name))
    return found


def test_every_page_has_a_state(people: dict[str, User], api: Upstream, sign_in: SignIn) -> None:
    been: set[str] = set()
    for state in STATES:
        make_well(api)
        client = sign_in(people[state.who]) if state.who else Client()
        visitor = AtClient(client, api, invitation(people))
        with transaction.atomic():
            state.reach(visitor)
            transaction.set_rollback(True)
        cache.clear()
        been |= visitor.been
    pages = names(address.partition("?")[0] for address, get, *_ in TABLE if "200" in get.split())
    assert len(pages) > 25
    assert pages - NO_PAGES - names(been) == set()
