"""/admin/ : the operator's desk"""

from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin import site
from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.test import Client, RequestFactory
from django.utils import timezone

from inbox.models import Act, Activity, Brand, CodeName, Membership, User
from tests.conftest import ClientOf, Later, SignIn
from tests.support.cast import PASSWORD
from tests.support.markup import words
from tests.support.pages import INBOX, text
from tests.support.signing_in import CONFIRM, confirm
from tests.support.upstream import Upstream

MODELS = ["user", "brand", "membership", "activity"]


@pytest.fixture
def client(sign_in: SignIn, operator: User) -> Client:
    return confirm(sign_in(operator))


@pytest.fixture
def objects(moderator: Membership) -> dict[str, User | Brand | Membership | Activity]:
    """One of each, with an address for it."""
    activity = Activity.objects.create(
        member=moderator,
        member_name="Nadia Benali",
        member_role=moderator.role,
        brand=moderator.brand,
        act=Act.READ,
        ambassador=100,
        chatroom=8,
        participant=777,
        message_shown=16,
        request_id="router-12345678",
    )
    return {
        "user": moderator.user,
        "brand": moderator.brand,
        "membership": moderator,
        "activity": activity,
    }


Objects = dict[str, User | Brand | Membership | Activity]


def test_the_index_lists_what_we_own(client: Client) -> None:
    page = text(client.get("/admin/"))
    for name in ("Users", "Brands", "Memberships", "Activities"):
        assert f">{name}</a>" in page


@pytest.mark.parametrize("model", MODELS)
def test_each_list_and_each_record_opens(client: Client, objects: Objects, model: str) -> None:
    path = f"/admin/inbox/{model}/"
    listed: Any = client.get(path)
    assert listed.status_code == 200
    assert objects[model] in listed.context["cl"].result_list
    opened: Any = client.get(f"{path}{objects[model].pk}/change/")
    assert opened.status_code == 200
    assert opened.context["original"] == objects[model]


@pytest.mark.parametrize("model", ["user", "membership"])
def test_people_are_found_by_name_and_address(client: Client, objects: Objects, model: str) -> None:
    for asked, found in {"Benali": 1, "nadia@": 1, "Nobody": 0}.items():
        page: Any = client.get(f"/admin/inbox/{model}/", {"q": asked})
        assert len(page.context["cl"].result_list) == found


@pytest.mark.parametrize("model", ["user", "brand", "membership"])
def test_the_forms_to_add_open(client: Client, objects: Objects, model: str) -> None:
    assert client.get(f"/admin/inbox/{model}/add/").status_code == 200


def test_an_address_in_another_case_is_the_same_person(client: Client, objects: Objects) -> None:
    response: Any = client.post("/admin/inbox/user/add/", {"email": "NADIA@example.com"})
    assert response.status_code == 200
    assert response.context["errors"]
    assert User.objects.filter(email__istartswith="nadia").count() == 1


def test_a_change_of_the_brand_leaves_what_changed_meanwhile(
    client: Client, objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Brand.save

    def late(self: Brand, *arguments: Any, **named: Any) -> None:
        Brand.objects.filter(pk=self.pk).update(codes_version=77)
        real(self, *arguments, **named)

    monkeypatch.setattr(Brand, "save", late)
    fields = {"id": "3", "name": "Maison", "time_zone": "Europe/Paris"}
    assert client.post("/admin/inbox/brand/3/change/", fields).status_code == 302
    brand = Brand.objects.get(pk=3)
    assert (brand.name, brand.codes_version) == ("Maison", 77)


def test_a_time_zone_that_is_none_is_refused(client: Client, objects: Objects) -> None:
    fields = {"id": "3", "name": "Maison", "time_zone": "Europe/Atlantis"}
    response = client.post("/admin/inbox/brand/3/change/", fields)
    assert "is not a time zone such as Europe/Paris" in text(response)
    assert Brand.objects.get().time_zone == "Europe/Paris"


def test_the_operator_deactivates_a_member(
    client: Client, client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    member = client_of(moderator)
    assert member.get(INBOX).status_code == 200
    fields = {"user": moderator.user.pk, "brand": moderator.brand.pk, "role": "moderator"}
    response = client.post(f"/admin/inbox/membership/{moderator.pk}/change/", fields)
    assert response.status_code == 302
    assert member.get(INBOX).status_code == 302  # to sign-in: their sessions ended
    assert client_of(moderator).get(INBOX).status_code == 404


def test_a_brand_keeps_its_last_manager_at_the_desk_too(
    client: Client, manager: Membership, moderator: Membership
) -> None:
    person, brand = manager.user, manager.brand
    path = f"/admin/inbox/membership/{manager.pk}/change/"
    kept = {"user": person.pk, "brand": brand.pk, "role": "manager", "is_active": "on"}
    for fields in (
        kept | {"role": "viewer"},
        {name: kept[name] for name in ("user", "brand", "role")},
        kept | {"user": moderator.user.pk},
    ):
        assert client.post(path, fields).status_code == 200
    response = client.post(f"/admin/inbox/user/{person.pk}/change/", {"email": person.email})
    assert "Maison Lumière keeps one manager: make somebody else one first." in text(response)
    person.refresh_from_db()
    manager.refresh_from_db()
    assert person.is_active
    assert (manager.role, manager.is_active, manager.user) == ("manager", True, person)
    Membership.objects.filter(pk=moderator.pk).update(role="manager")
    assert client.post(path, kept | {"role": "viewer"}).status_code == 302


@pytest.mark.parametrize("model", ["user", "membership"])
def test_who_is_deactivated_at_the_desk_is_signed_out_for_good(
    client: Client, moderator: Membership, api: Upstream, model: str
) -> None:
    person, own = moderator.user, Client()
    own.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert own.get(INBOX).status_code == 200
    of_membership = {"user": person.pk, "brand": moderator.brand.pk, "role": "moderator"}
    fields: dict[str, Any] = {"email": person.email} if model == "user" else of_membership
    path = f"/admin/inbox/{model}/{(person if model == 'user' else moderator).pk}/change/"
    for active in ({}, {"is_active": "on"}):
        assert client.post(path, fields | active).status_code == 302
    assert own.get(INBOX).status_code == 302


# Kept


@pytest.mark.parametrize("model", MODELS)
def test_nothing_can_be_deleted(client: Client, objects: Objects, model: str) -> None:
    path, kept = f"/admin/inbox/{model}/", objects[model]
    assert client.post(f"{path}{kept.pk}/delete/", {"post": "yes"}).status_code == 403
    many = {"action": "delete_selected", "_selected_action": str(kept.pk), "post": "yes"}
    client.post(path, many)
    assert type(kept)._default_manager.filter(pk=kept.pk).exists()
    assert "delete" not in text(client.get(f"{path}{kept.pk}/change/")).lower()


def test_the_trail_is_read_only(client: Client, objects: Objects) -> None:
    kept = objects["activity"]
    path = "/admin/inbox/activity/"
    assert client.get(f"{path}add/").status_code == 403
    assert client.post(f"{path}{kept.pk}/change/", {"outcome": "done"}).status_code == 403
    kept.refresh_from_db()
    assert isinstance(kept, Activity)
    assert kept.outcome == "sent"
    assert 'name="_save"' not in text(client.get(f"{path}{kept.pk}/change/"))


# Confirming oneself first


@pytest.fixture
def own(moderator: Membership) -> dict[str, Model]:
    """What somebody has made: all of it can be deleted."""
    user = moderator.user
    session = UserSession(user=user, ip="127.0.0.1", user_agent="x", session_key="k" * 40)
    session.save()
    return {
        "mfa/authenticator": Authenticator.objects.create(user=user, type="totp", data={}),
        "socialaccount/socialaccount": SocialAccount.objects.create(
            user=user, provider="sso", uid="n-1"
        ),
        "usersessions/usersession": session,
    }


def is_asked(answer: Any, path: str) -> bool:
    way = f"{CONFIRM}?{urlencode({'next': path})}"
    return bool(answer.status_code == 302 and answer["Location"] == way)


def test_every_form_that_changes_something_asks_for_a_recent_proof(
    sign_in: SignIn, operator: User, objects: Objects, own: dict[str, Model], later: Later
) -> None:
    client = sign_in(operator)
    pages = [
        *("/admin/auth/group/add/", "/admin/inbox/codename/add/"),
        *(f"/admin/inbox/{model}/add/" for model in ("user", "brand", "membership")),
        *(f"/admin/inbox/{model}/{objects[model].pk}/change/?_popup=1" for model in MODELS[:3]),
        *(f"/admin/{model}/{one.pk}/delete/" for model, one in own.items()),
    ]
    before = list(User.objects.values()), list(Membership.objects.values())
    for page in pages:
        assert is_asked(client.get(page), page), page
        assert is_asked(client.post(page, {"post": "yes", "email": "x@example.com"}), page), page
    assert (list(User.objects.values()), list(Membership.objects.values())) == before
    assert all(type(one)._default_manager.filter(pk=one.pk).exists() for one in own.values())
    assert "Nothing was changed" in words(text(client.get(CONFIRM)))
    led: Any = client.post(client.get(pages[0])["Location"], {"password": PASSWORD})
    assert led["Location"] == pages[0]
    for page in pages:
        assert client.get(page).status_code == 200, page
    later(901)
    for page in pages:
        assert is_asked(client.get(page), page), page


def test_what_is_done_to_several_at_once_asks_too(
    sign_in: SignIn, operator: User, own: dict[str, Model]
) -> None:
    client = sign_in(operator)
    for model, one in own.items():
        page = f"/admin/{model}/?q=nadia"
        many = {"action": "delete_selected", "_selected_action": str(one.pk), "post": "yes"}
        assert is_asked(client.post(page, many), page)
        assert type(one)._default_manager.filter(pk=one.pk).exists()
    confirm(client)
    for model, one in own.items():
        many = {"action": "delete_selected", "_selected_action": str(one.pk), "post": "yes"}
        assert client.post(f"/admin/{model}/", many).status_code == 302
        assert not type(one)._default_manager.filter(pk=one.pk).exists()


ROWS = {
    "en": "Nothing was changed. Confirm that it is you, then choose the rows again.",
    "fr": "Rien n’a été modifié. Confirmez que c’est bien vous, puis choisissez à nouveau les lignes.",
}
TYPED = {
    "en": "Nothing was changed. Confirm that it is you, then go back twice in the browser: "
    "what you typed is still there.",
    "fr": "Rien n’a été modifié. Confirmez que c’est bien vous, puis revenez deux fois en arrière "
    "dans le navigateur : votre saisie y est toujours.",
}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_to_do_is_said_where_something_was_sent_unconfirmed(
    sign_in: SignIn, operator: User, objects: Objects, language: str
) -> None:
    User.objects.update(language=language)
    client = sign_in(operator)
    changed = f"/admin/inbox/user/{objects['user'].pk}/change/"
    many = {"action": "delete_selected", "_selected_action": "1"}
    for page, fields, told in (
        ("/admin/inbox/codename/", many, ROWS),
        ("/admin/inbox/user/add/", {"name": "x"}, TYPED),
        (changed, {"name": "x"}, TYPED),
    ):
        led: Any = client.post(page, fields)
        assert told[language] in words(text(client.get(led["Location"]))).replace("\xa0", " "), page


def test_what_can_only_be_read_asks_nothing(
    sign_in: SignIn, operator: User, objects: Objects, own: dict[str, Model]
) -> None:
    client = sign_in(operator)
    lists = [f"/admin/inbox/{model}/" for model in MODELS]
    pages = [
        *("/admin/", "/admin/inbox/", "/admin/auth/group/", *lists),
        f"/admin/inbox/activity/{objects['activity'].pk}/change/",
        f"/admin/inbox/user/{objects['user'].pk}/history/",
        *(f"/admin/{model}/{one.pk}/change/" for model, one in own.items()),
    ]
    for page in pages:
        assert client.get(page).status_code == 200, page
    assert client.post("/admin/logout/").status_code in {200, 302}
    assert "_auth_user_id" not in client.session


def test_every_page_of_the_desk_that_can_be_sent_is_guarded(
    sign_in: SignIn, operator: User, rf: RequestFactory
) -> None:
    """Also for models registered there later."""
    client, request = sign_in(operator), rf.get("/")
    request.user = operator
    assert len(site._registry) > 8
    for model, of in site._registry.items():
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        pages = {
            "": True,
            "add/": of.has_add_permission(request),
            "1/change/": of.has_change_permission(request),
            "1/delete/": of.has_delete_permission(request),
        }
        for page in [path + one for one, may in pages.items() if may]:
            assert is_asked(client.post(page, {"action": "x"}), page), page


# Who gets in


@pytest.mark.parametrize("path", ["/admin/", "/admin/inbox/user/", "/admin/login/", "/admin/none/"])
def test_anonymous_people_are_sent_to_the_sign_in_page(db: None, path: str) -> None:
    response: Any = Client().get(path, follow=True)
    assert response.status_code == 200
    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=")
    assert "<h1>Sign in</h1>" in text(response)


@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/inbox/activity/", "/admin/inbox/user/1/change/"]
)
def test_members_who_are_no_operators_do_not_get_in(
    client_of: ClientOf, manager: Membership, path: str
) -> None:
    response = client_of(manager).get(path, follow=True)
    assert response.status_code == 403
    assert "<h1>Not allowed</h1>" in text(response)


def test_the_operator_is_no_member_of_the_brands(
    client: Client, brand: Brand, api: Upstream
) -> None:
    for path in ("/brands/3/ambassadors/", INBOX):
        assert client.get(path).status_code == 404
    assert client.post(f"{INBOX}chatrooms/8/read/").status_code == 404
    assert api.sent == []
    page = text(client.get("/"))
    assert "<h1>Welcome</h1>" in page
    assert "python manage.py add_brand" in page
    assert 'href="/admin/"' in page


# The desk's own history


CODE = {"tone": "neutral", "kind": "topic", "code": "4"}


def test_the_desk_s_history_keeps_no_free_text(
    client: Client, objects: Objects, operator: User
) -> None:
    brand = objects["brand"]
    day = timezone.localdate()
    days = {"first_seen": day.isoformat(), "last_seen": day.isoformat()}
    filled = CODE | days | {"brand": brand.pk, "name": "As Ysolde wrote"}
    assert client.post("/admin/inbox/codename/add/", filled).status_code == 302
    code = CodeName.objects.get()
    renamed = filled | {"name": "As Quennec wrote"}
    client.post(f"/admin/inbox/codename/{code.pk}/change/", renamed)
    user = objects["user"]
    client.post(
        f"/admin/inbox/user/{user.pk}/change/",
        {"email": "zoraide@example.com", "name": "Zoraide", "is_active": "on"},
    )
    fields = {"id": "3", "name": "Maison Zoraide", "time_zone": "Europe/Paris"}
    client.post("/admin/inbox/brand/3/change/", fields)
    told = LogEntry.objects.order_by("pk").values_list("object_repr", flat=True)
    assert list(told) == [f"code name {code.pk}"] * 2 + ["z…@e….com", "brand 3"]
    history = repr(list(LogEntry.objects.values()))
    assert not [word for word in ("Ysolde", "Quennec", "Zoraide") if word in history]


def test_what_is_deleted_at_the_desk_leaves_no_free_text(client: Client, objects: Objects) -> None:
    user = objects["user"]
    assert isinstance(user, User)
    one, two = (
        Authenticator.objects.create(user=user, type=kind, data={})
        for kind in ("totp", "recovery_codes")
    )
    client.post(f"/admin/mfa/authenticator/{one.pk}/delete/", {"post": "yes"})
    client.post(
        "/admin/mfa/authenticator/",
        {"action": "delete_selected", "_selected_action": [two.pk], "post": "yes"},
    )
    told = LogEntry.objects.order_by("pk").values_list("object_repr", flat=True)
    assert list(told) == [f"authenticator {one.pk}", f"authenticator {two.pk}"]
