"""Fill the throw-away database: members, and a trail of 80,000 acts; runs in `manage.py shell`.

Prints JSON on its last line: the sessions of members who browse and of those who download.
"""

import json
import sys

from django.core.management import call_command

from inbox.models import Activity, Brand, Membership, Role
from tests.bench.fill import an_act
from tests.stack.fill import OURS, signed_in
from tests.support.cast import member

ACTS = 80_000
DOWNLOADERS = 6


def main() -> None:
    call_command("migrate", verbosity=0)
    brand = Brand.objects.create(id=3, name="Maison Lumière")
    looker = member("nadia@example.com", brand, Role.MODERATOR, "Nadia Benali")
    others = [
        member(f"reader-{number}@example.com", brand, Role.MODERATOR)
        for number in range(DOWNLOADERS)
    ]
    _fill(looker)
    facts = {
        "looker": signed_in(looker.user, OURS),
        "downloaders": [signed_in(one.user, OURS, is_sure=True) for one in others],
    }
    sys.stdout.write(json.dumps(facts))


def fill_trail() -> None:
    """The acts alone, where the cast is there already."""
    _fill(Membership.objects.get(user__email="nadia@example.com"))
    sys.stdout.write(json.dumps(ACTS))


def _fill(who: Membership) -> None:
    acts = (an_act(who, number) for number in range(ACTS))
    Activity.objects.bulk_create(acts, batch_size=2000)
