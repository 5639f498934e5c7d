"""Writing the trail, sealing it, changing it behind the site's back, and what check_activity says."""

from datetime import timedelta
from io import StringIO
from typing import Any

from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from inbox.activity import digests, recording, seal_check, sealer
from inbox.models import Act, Activity, Membership, Outcome

DAY = 86_400


def told(**options: Any) -> tuple[str, bool]:
    """What check_activity says, and whether it ends well."""
    out = StringIO()
    try:
        call_command("check_activity", stdout=out, **options)
    except CommandError as failure:
        return f"{out.getvalue()}{failure}", False
    return out.getvalue(), True


def broken() -> list[str]:
    with sealer.alone() as held:
        return seal_check.check(held).broken


def write(member: Membership, count: int = 3) -> list[Activity]:
    return [
        recording.record(member, Act.REVEAL, ambassador=100, chatroom=n + 1, participant=n + 1)
        for n in range(count)
    ]


def on_its_way(member: Membership) -> Activity:
    one = Activity(member=member, member_name="Nadia", brand=member.brand, act=Act.READ, chatroom=8)
    one.digest = digests.sign(one)
    one.save()
    return one


def sealed(member: Membership, count: int = 3) -> list[Activity]:
    found = write(member, count)
    sealer.seal()
    return found


def plain(member: Membership, days: float = 1.0) -> Activity:
    """A record as earlier code writes it, which knows nothing of the new columns."""
    started = timezone.now() - timedelta(days=days)
    one = Activity(
        member=member, member_name="Nadia", brand=member.brand, act=Act.VIEW, outcome=Outcome.DONE
    )
    one.started, one.state = started, str(started)[:16]
    fields = [field for field in Activity._meta.concrete_fields if field.name in OF_EARLIER_CODE]
    names = ", ".join(str(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        values = [getattr(one, field.attname) for field in fields]
        cursor.execute(f"INSERT INTO inbox_activity ({names}) VALUES ({marks})", values)  # noqa: S608
    return Activity.objects.latest("pk")


OF_EARLIER_CODE = {
    *("member", "member_name", "member_role", "brand", "act", "about", "started"),
    *("request_id", "outcome", "state"),
}


def forge(member: Membership, **more: Any) -> Activity:
    return Activity.objects.create(
        member=member,
        member_name="Nadia",
        brand=member.brand,
        act=Act.REVEAL,
        outcome=Outcome.DONE,
        **more,
    )


def change(member: Membership, records: list[Activity], **values: Any) -> None:
    Activity.objects.filter(pk=records[1].pk).update(**values)


def prune() -> str:
    out = StringIO()
    call_command("prune_activity", stdout=out)
    return next(line for line in out.getvalue().splitlines() if line.startswith("Acts"))
