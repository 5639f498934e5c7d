"""Reveals identifying data: on record, and a limited number of people an hour without a proof.

A stolen or forgotten session must not read off everybody's address. The trail counts what a person
revealed, in all brands and browsers. A recent proof lets them go on.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from inbox.activity.recording import record
from inbox.models import Act, Activity, Membership, User

MOST = 20  # people that somebody reveals within this time without a proof
WITHIN = timedelta(hours=1)


def reveal(
    member: Membership, *, ambassador: int, chatroom: int, participant: int, is_sure: bool
) -> bool:
    """Record it, so the member may see. Returns False where they must confirm their identity first.

    `is_sure`: whether they did so a moment ago.
    """
    with transaction.atomic():
        # Each waits for the last: many at once get no further than one after the other.
        User.objects.select_for_update(no_key=True).get(pk=member.user_id)
        if not is_sure and _is_one_too_many(member, participant):
            return False
        about = {"ambassador": ambassador, "chatroom": chatroom, "participant": participant}
        record(member, Act.REVEAL, **about)
    return True


def _is_one_too_many(member: Membership, participant: int) -> bool:
    """Whether it would be somebody new beyond the limit. People revealed lately don't count again."""
    places = list(Membership.objects.filter(user=member.user_id).values_list("pk", "brand"))
    revealed = Activity.objects.filter(
        member__in=[pk for pk, _brand in places],
        brand__in=[brand for _pk, brand in places],  # its index knows the time
        act=Act.REVEAL,
        started__gt=timezone.now() - WITHIN,
    )
    people = set(revealed.order_by().values_list("brand", "participant").distinct())
    return len(people) >= MOST and (member.brand_id, participant) not in people
