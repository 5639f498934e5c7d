"""Who asks is found with their memberships, and as they stand at each page."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inbox.models import Brand, Membership, Role, User
from tests.support.cast import member


def test_a_person_comes_with_their_memberships(manager: Membership, other_brand: Brand) -> None:
    Membership.objects.create(user=manager.user, brand=other_brand, role=Role.VIEWER)
    with CaptureQueriesContext(connection) as asked:
        found = User.objects.get(pk=manager.user_id)
    assert len(asked) == 1
    assert found == manager.user
    assert {one.brand_id: one.role for one in found.found_memberships or []} == {
        3: Role.MANAGER,
        8: Role.VIEWER,
    }


@pytest.mark.parametrize("column", ["is_active", "user__is_active"])
def test_who_belongs_nowhere_is_found_alone(manager: Membership, column: str) -> None:
    if column == "is_active":
        Membership.objects.update(is_active=False)
    else:
        User.objects.update(is_active=False)
    found = User.objects.get(pk=manager.user_id)
    assert found == manager.user
    assert found.found_memberships == []


@pytest.mark.parametrize("key", [0, -1, 10**9, 2**63, 10**30, "0"])
def test_no_key_of_anybody_finds_nobody(manager: Membership, key: int | str) -> None:
    with pytest.raises(User.DoesNotExist):
        User.objects.get(pk=key)


def test_a_group_finds_its_own_alone(manager: Membership) -> None:
    group = Group.objects.create(name="Nobody's")
    with pytest.raises(User.DoesNotExist):
        group.user_set.get(pk=manager.user_id)


def test_a_reset_link_with_an_endless_number_is_refused(client: Client) -> None:
    answer = client.get("/accounts/password/reset/key/zzzzzzzzzzzzz-x/")
    assert answer.status_code < 500


def test_a_role_that_changed_counts_at_the_next_page(
    client: Client, manager: Membership, other_brand: Brand
) -> None:
    client.force_login(manager.user)
    assert client.get("/brands/3/settings/").status_code == 200
    Membership.objects.filter(pk=manager.pk).update(role=Role.VIEWER)
    assert client.get("/brands/3/settings/").status_code == 403
    Membership.objects.filter(pk=manager.pk).update(is_active=False)
    assert client.get("/brands/3/").status_code == 404
    Membership.objects.create(user=manager.user, brand=other_brand, role=Role.VIEWER)
    assert client.get("/brands/8/").status_code == 200
    User.objects.filter(pk=manager.user_id).update(is_active=False)
    assert client.get("/brands/8/").status_code == 302


def test_somebody_else_in_the_same_browser_is_let_in_as_themselves(
    client: Client, manager: Membership, other_brand: Brand
) -> None:
    there = member("sam@example.com", other_brand, Role.MODERATOR)
    client.force_login(manager.user)
    assert client.get("/brands/8/").status_code == 404
    client.logout()
    client.force_login(there.user)
    assert client.get("/brands/8/").status_code == 200
    assert client.get("/brands/3/").status_code == 404
