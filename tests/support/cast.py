"""The people who look at our pages, in a test's database or a started site's."""

from datetime import timedelta
from urllib.parse import urlsplit

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.socialaccount.models import SocialAccount
from django.utils import timezone

from inbox.accounts.one_time_links import password_link
from inbox.activity.recording import record
from inbox.chatrooms.revealing import MOST
from inbox.models import (
    Act,
    Brand,
    CodeName,
    IndexedChatroom,
    Invitation,
    Membership,
    Role,
    User,
    WaitingCustomer,
    digest_of,
)
from inbox.models.index import EXCERPT
from tests.support import standing, states
from tests.support.hostile import LONG, MARKUP

PASSWORD = states.PASSWORD
PASSKEY = {  # as a browser made it; nobody holds its other half
    "id": "oQKmG234LcrVBL9QYUyooReiR-shCcqFvvy_3Th-lRU",
    "rawId": "oQKmG234LcrVBL9QYUyooReiR-shCcqFvvy_3Th-lRU",
    "type": "public-key",
    "clientExtensionResults": {"credProps": {"rk": True}},
    "response": {
        "attestationObject": (
            "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVikSZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAA"
            "AQECAwQFBgcIAQIDBAUGBwgAIKECphtt-"
            "C3K1QS_UGFMqKEXokfrIQnKhb78v904fpUVpQECAyYgASFYIE8qPyTG3-JBJLz-"
            "eZ4AJFTLbxsxAIL9HI14vjUZPixbIlggm2RMGO7H-BmOw5cxhooGVLDozfccSAnGovx9LEqcaAo"
        ),
        "clientDataJSON": (
            "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoia1pPcnBKd0twRHllVDZFODEyZ0UtOHplRkNq"
            "bVBPNEU1ekxlZ3JDLUNfcyIsIm9yaWdpbiI6Imh0dHA6Ly9sb2NhbGhvc3Q6MzU1NTUiLCJjcm9zc09yaWdpbiI6"
            "ZmFsc2V9"
        ),
    },
}


def member(email: str, brand: Brand, role: Role, name: str = "") -> Membership:
    user = User.objects.create_user(email, PASSWORD, name=name)
    return Membership.objects.create(user=user, brand=brand, role=role)


def gather() -> dict[str, User]:
    """Everybody at once, under their names in `tests/support/states.py`."""
    brand = Brand.objects.create(id=3, name="Maison Lumière")
    other = Brand.objects.create(id=8, name="Nordsport")
    manager = member("camille@example.com", brand, Role.MANAGER, "Camille Roy").user
    Membership.objects.create(user=manager, brand=other, role=Role.MANAGER)
    _come_and_go(Membership.objects.get(user=manager, brand=brand))
    _have_codes(brand)
    return {
        "manager": manager,
        "moderator": member("nadia@example.com", brand, Role.MODERATOR, "Nadia Benali").user,
        "eager": eager(brand, other).user,
        "viewer": member("hugo@example.com", brand, Role.VIEWER, "Hugo Lefèvre").user,
        "stranger": User.objects.create_user("stranger@example.com", PASSWORD),
        "guarded": guarded(
            User.objects.create_user("alma@example.com", PASSWORD, name="Alma Ortiz")
        ),
        "sso": known_at_issuer(User.objects.create_user("ivo@example.com", name="Ivo Marin")),
        **_watch(standing.found_brands()),
    }


def _watch(brands: list[Brand]) -> dict[str, User]:
    """A manager and a viewer of all these brands."""
    watcher = User.objects.create_user("olga@example.com", PASSWORD, name="Olga Lind")
    onlooker = User.objects.create_user("pia@example.com", PASSWORD, name="Pia Rossi")
    for user, role in ((watcher, Role.MANAGER), (onlooker, Role.VIEWER)):
        for brand in brands:
            Membership.objects.create(user=user, brand=brand, role=role)
    here = Membership.objects.get(user=watcher, brand=states.WHOLE)
    standing.judge_anomalies(here)
    colleague = member("ravi@example.com", here.brand, Role.MODERATOR, "Ravi Patel")
    standing.hold_some(here, colleague)
    return {"watcher": watcher, "onlooker": onlooker}


def eager(brand: Brand, other: Brand) -> Membership:
    """A moderator who has just revealed as many people as one may without a proof, elsewhere."""
    here = member("zoe@example.com", brand, Role.MODERATOR, "Zoé Petit")
    there = Membership.objects.create(user=here.user, brand=other, role=Role.MODERATOR)
    for number in range(MOST):
        about = {"ambassador": 7, "chatroom": 1, "participant": 900 + number}
        record(there, Act.REVEAL, **about)
    return here


def known_at_issuer(user: User) -> User:
    """The user, who signs in by single sign-on alone."""
    SocialAccount.objects.create(user=user, provider="sso", uid="i-7")
    return user


def guarded(user: User) -> User:
    """The user, with every second factor that there is."""
    secret = {"secret": get_adapter().encrypt("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")}
    key = {"name": "Phone", "credential": PASSKEY}
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=secret)
    Authenticator.objects.create(
        pk=states.PASSKEY_ID, user=user, type=Authenticator.Type.WEBAUTHN, data=key
    )
    RecoveryCodes.activate(user)
    return user


def invite(by: Membership, email: str, role: Role, days: int = 7) -> Invitation:
    """The invited person; the key in their mail is their address itself."""
    return Invitation.objects.create(
        brand=by.brand,
        email=email,
        role=role,
        digest=digest_of(email),
        invited_by=by,
        expires=timezone.now() + timedelta(days=days),
    )


def _come_and_go(manager: Membership) -> None:
    """Three who are invited, one of them too long ago, and one who left."""
    invite(manager, "ines@example.com", Role.MODERATOR)
    invite(manager, "stranger@example.com", Role.VIEWER)
    invite(manager, "omar@example.com", Role.VIEWER, days=-1)
    gone = member("yuki@example.com", manager.brand, Role.VIEWER, "Yuki Mori")
    gone.is_active = False
    gone.save()


def invitation(people: dict[str, User]) -> str:
    """Where somebody who was just added sets a password, once."""
    return urlsplit(password_link(people["stranger"])).path


def _have_codes(brand: Brand) -> None:
    """A code in two conversations of the index, one of them with words that nobody means well."""
    today, now = timezone.localdate(), timezone.now()
    for number in range(2):
        seen = {"first_seen": today, "last_seen": today, "seen_at": now}
        key = {"pk": states.CODE_ID + number, "kind": "topic", "code": str(90 + number)}
        CodeName.objects.create(brand=brand, **key, **seen)
    odd = {"kind": "anomaly", "code": "9", "name": "λλλ", "tone": "bad", "words": "λ"}
    CodeName.objects.create(brand=brand, **odd, **seen)
    facts = {"brand": brand, "ambassador": 100, "facts_at": now, "summarized": now, "topic": "90"}
    IndexedChatroom.objects.create(
        **facts,
        chatroom=30615,
        other=555,
        others=1,
        name=MARKUP,
        summary=(MARKUP + LONG)[:EXCERPT],
        rating=1,
        archived=True,
    )
    IndexedChatroom.objects.create(**facts, chatroom=30494, others=3, is_blocked=True)
    _need_attention(brand)


def _need_attention(brand: Brand) -> None:
    """Conversations of a few reasons, one of them with words that nobody means well."""
    now = timezone.now()
    hour = timedelta(hours=1)
    facts = {"brand": brand, "ambassador": 100, "facts_at": now, "others": 1, "other": 556}
    for number, reasons in enumerate(
        (
            {"waiting_since": now - 5 * hour, "is_waiting": True, "rank": 30, "name": MARKUP},
            {"rating": 1, "rating_seen": now - hour, "is_low": True, "rank": 50, "name": "Ana"},
            {
                "waiting_since": now - 500 * hour,
                "is_waiting": True,
                "rank": 130,
                "name": LONG[:200],
            },
        )
    ):
        words = {"excerpt": (MARKUP + LONG)[:EXCERPT], "comment": (MARKUP + LONG)[:EXCERPT]}
        since = reasons.get("waiting_since", now - hour)
        key = {"chatroom": 40_000 + number, "since": since, "last_message_date": since}
        IndexedChatroom.objects.create(**facts, **words, **reasons, **key)
    customer = {"user": 555, "chatroom": 30615, "ambassador": 100, "excerpt": MARKUP}
    WaitingCustomer.objects.create(brand=brand, since=now - 30 * hour, **customer)
    _show_an_anomaly(brand)


def _show_an_anomaly(brand: Brand) -> None:
    """A conversation with a message that shows its anomaly, and with more than the summary covers."""
    now = timezone.now()
    summary = {"anomaly": "9", "summary": LONG[:EXCERPT], "summary_mark": "0", "summarized": now}
    proof = {"proof": (MARKUP + LONG)[:EXCERPT], "proof_word": MARKUP[:40], "proof_message": 14}
    counts = {"covered": 1, "total": 4, "last_message": 17, "last_message_date": now}
    sides = {
        "ambassador": 100,
        "chatroom": 8,
        "others": 1,
        "other": 557,
        "name": "Ana",
        "status": "7",
    }
    row = IndexedChatroom(brand=brand, facts_at=now, **sides, **summary, **proof, **counts)
    standing.keep(row, now)
