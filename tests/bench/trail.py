"""What the site noted during a soak, and the members for it; both run in `manage.py shell`."""

import json
import sys
from contextlib import suppress
from time import monotonic, sleep

from django.core.management import call_command

from inbox.activity import seal_check, sealer
from inbox.chatrooms import attempts
from inbox.leases import Held
from inbox.models import ON_POPSELL, Activity, Brand, Note, Outcome, Role
from tests.stack.fill import OURS, signed_in
from tests.support.cast import member

MEMBERS = 6  # of each brand


def fill() -> None:
    """Prints the brand and the cookie of each member."""
    call_command("migrate", verbosity=0)
    found = []
    for number, name in ((3, "Maison Lumière"), (8, "Nordsport")):
        brand = Brand.objects.create(id=number, name=name)
        for one in range(MEMBERS):
            user = member(f"member-{number}-{one}@example.com", brand, Role.MODERATOR).user
            found.append([number, signed_in(user, OURS)])
    sys.stdout.write(json.dumps(found))


def tell() -> None:
    """Prints all acts on Popsell, all notes, and how the trail is sealed."""
    _await_outcomes()
    acts = (
        Activity.objects.filter(act__in=ON_POPSELL)
        .order_by("id")
        .values_list(
            *("request_id", "act", "brand", "chatroom", "participant", "state", "message_answered"),
            *("message_shown", "outcome"),
        )
    )
    written = Note.objects.order_by("id").values_list("text", "taken_back")
    notes = [(note, taken_back is not None) for note, taken_back in written]
    sealed = Activity.objects.filter(sealed_in__isnull=False).count()
    report = _seal_and_check()
    told = {"acts": list(acts), "notes": notes, "meanwhile": sealed, "broken": report.broken}
    counts = {name: getattr(report, name) for name in ("sealed", "seals", "waiting")}
    sys.stdout.write(json.dumps({**told, **counts}))


def _seal_and_check() -> seal_check.Report:
    """Seals the rest, and reads all. One that died while it sealed holds the lease for a minute."""
    with suppress(sealer.BeingSealedError), sealer.alone() as held:
        return _check_under(held)
    with sealer.alone() as held:
        return _check_under(held)


def _check_under(held: Held) -> seal_check.Report:
    with suppress(sealer.BrokenChainError):  # the report says so
        sealer.seal_under(held)
    return seal_check.check(held)


def _await_outcomes() -> None:
    """An outcome that the database could not take is tried again for a while."""
    ends = monotonic() + attempts.IN_PROGRESS.total_seconds()
    while Activity.objects.filter(outcome=Outcome.SENT).exists() and monotonic() < ends:
        sleep(0.5)
