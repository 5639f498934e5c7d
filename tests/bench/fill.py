"""Fill the throw-away database: a moderator, an operator, 10,000 acts; runs in `manage.py shell`.

Prints on its last line, as JSON, what the benchmark must know: cookies and gunicorn's numbers.
"""

import json
import platform
import runpy
import sys
from datetime import timedelta
from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from inbox.models import Act, Activity, Brand, Membership, Outcome, Role, User
from tests.stack.fill import OURS, signed_in

ACTS = 10_000
NUMBERS = ("workers", "threads", "keepalive", "timeout")
PACKAGES = ("Django", "gunicorn", "requests")
DJANGOS = "django.contrib.auth.backends.ModelBackend"


def main() -> None:
    call_command("migrate", verbosity=0)
    brand = Brand.objects.create(id=3, name="Maison Lumière")
    user = User.objects.create_user("nadia@example.com", "lumiere-et-parfum", name="Nadia Benali")
    member = Membership.objects.create(user=user, brand=brand, role=Role.MODERATOR)
    operator = User.objects.create_superuser("operator@example.com", "lumiere-et-parfum")
    Activity.objects.bulk_create(
        [an_act(member, number) for number in range(ACTS)], batch_size=1000
    )
    facts = {
        "moderator": signed_in(user, OURS),
        "operator": signed_in(operator, DJANGOS),
        "gunicorn": gunicorn_numbers(),
        "versions": {"Python": platform.python_version(), **{p: version(p) for p in PACKAGES}},
    }
    sys.stdout.write(json.dumps(facts))


def gunicorn_numbers() -> dict[str, Any]:
    """How the Procfile's gunicorn serves, for the contender that is not our site."""
    config = runpy.run_path(str(settings.BASE_DIR / "inbox/gunicorn.conf.py"))
    return {name: config[name] for name in NUMBERS}


def an_act(member: Membership, number: int) -> Activity:
    started = timezone.now() - timedelta(minutes=50 * number)
    return Activity(
        member=member,
        member_name=member.user.name,
        member_role=member.role,
        brand=member.brand,
        act=Act.READ,
        ambassador=100,
        chatroom=30_000 + number % 500,
        participant=100,
        message_shown=300_000 + number,
        message_answered=300_000 + number,
        started=started,
        finished=started + timedelta(milliseconds=120),
        outcome=Outcome.DONE if number % 50 else Outcome.UNKNOWN,
    )
