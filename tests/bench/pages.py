"""Adds to a world those who look at its pages; runs in `manage.py shell`.

The team did its work of today, and there are customers whom nobody took. Prints cookies, as JSON.
"""

import json
import sys
from datetime import timedelta
from itertools import cycle

from django.utils import timezone

from inbox import workers
from inbox.models import IndexedAmbassador, IndexedChatroom, Membership, Review, Role, User
from inbox.models import WaitingCustomer as Customer
from tests.bench.fill import DJANGOS
from tests.bench.sizes import MEASURED
from tests.stack.fill import OURS, signed_in

TEAM = {"camille": Role.MANAGER, "nadia": Role.MODERATOR, "hugo": Role.VIEWER}
REVIEWS, CUSTOMERS = 60, 3
PASSWORD = "lumiere-et-parfum"


def main() -> None:
    operator = User.objects.create_superuser("operator@example.com", PASSWORD)
    team = [_member(name, role) for name, role in TEAM.items()]
    _review(team[:2])
    _wait()
    IndexedAmbassador.objects.filter(brand=MEASURED).update(
        read_at=timezone.now(), seen=timezone.now()
    )
    workers.beat()
    cookies = {"home": signed_in(team[1].user, OURS), "desk": signed_in(operator, DJANGOS)}
    sys.stdout.write(json.dumps(cookies))


def _member(name: str, role: Role) -> Membership:
    user = User.objects.create_user(f"{name}@example.com", PASSWORD, name=name.title())
    return Membership.objects.create(user=user, brand_id=MEASURED, role=role)


def _review(team: list[Membership]) -> None:
    rooms = IndexedChatroom.objects.filter(brand=MEASURED, rank=None).order_by("id")
    Review.objects.bulk_create(
        Review(
            brand_id=MEASURED,
            chatroom=room.chatroom,
            message=room.last_message or 0,
            member=member,
            member_name=str(member.user),
        )
        for room, member in zip(rooms[:REVIEWS], cycle(team), strict=False)
    )


def _wait() -> None:
    now = timezone.now()
    Customer.objects.bulk_create(
        Customer(
            brand_id=MEASURED,
            user=9_000_000 + number,
            topic="3",
            excerpt="Is anybody there?",
            since=now - timedelta(minutes=20 * number),
        )
        for number in range(CUSTOMERS)
    )
