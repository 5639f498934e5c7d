"""python manage.py check_popsell --brand 3 [--index]"""

from dataclasses import fields
from typing import Any

from django.conf import settings
from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
    no_translations,
)

from inbox.popsell import abilities, client
from inbox.popsell.errors import (
    Forbidden,
    NotFound,
    PopsellError,
    RateLimited,
    TimedOut,
    Unauthorized,
    Unexpected,
    Unreachable,
)

TO_FIX: dict[type[PopsellError], str] = {
    Unreachable: "Check the host in POPSELL_API_URL, and that this machine may connect to it.",
    TimedOut: "The host is there but slow: try again, then ask Popsell; POPSELL_DEADLINE is the limit.",
    Unauthorized: "Set or renew POPSELL_ACCESS_TOKEN_{brand}, POPSELL_ACCESS_TOKEN or "
    "POPSELL_API_KEY: what is set was refused, or nothing is.",
    Forbidden: "The token is good, but not for brand {brand}: ask Popsell for the right, or check "
    "the brand's number.",
    NotFound: "The host answers but knows no such operation: POPSELL_API_URL must end in /api/v2.",
    RateLimited: "Address and token work; Popsell asks for fewer calls. Try again in a minute.",
    Unexpected: "What answers is not Popsell's API, or it is out of order: check that "
    "POPSELL_API_URL is the API's own address, up to and including /api/v2.",
}

ABILITIES = {
    "manager_list": "The list of all the brand's conversations is allowed",
    "own_brand": "It names ambassadors of this brand alone",
    "manager_per_page": "It heeds per_page",
    "per_page": "An ambassador's list heeds per_page",
    "before": "An ambassador's list heeds filter[last_action_date_before]",
    "archived": "An ambassador's list holds archived conversations",
}


class Command(BaseCommand):
    help = "Tell in words whether Popsell's address, the token and a brand work, and what to fix."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--brand", type=int, required=True, help="Popsell's id of the brand")
        parser.add_argument(
            "--index",
            action="store_true",
            help="also tell what this API allows the index: ten calls at most, all of them reads",
        )

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        brand = options["brand"]
        if not settings.POPSELL_API_URL:
            raise CommandError("POPSELL_API_URL is missing: set it, up to and including /api/v2.")
        self.stdout.write(
            f"Asking {settings.POPSELL_API_URL} for the ambassadors of brand {brand}."
        )
        try:
            page = client.ambassadors(brand)
        except PopsellError as failure:
            message = TO_FIX.get(type(failure), failure.user_message).format(brand=brand)
            raise CommandError(f"{failure.title} ({failure.detail}). {message}") from None
        total = "an unknown number of" if page.total is None else page.total
        self.stdout.write(f"Address, token and brand work: {total} ambassadors.")
        if options["index"]:
            self.tell_abilities(brand)

    def tell_abilities(self, brand: int) -> None:
        """Answer each question in a line: yes, no or unknown, and why."""
        found = abilities.find(brand)
        for one in fields(found):
            finding: abilities.Finding = getattr(found, one.name)
            self.stdout.write(f"{ABILITIES[one.name]}: {finding.answer} ({finding.reason}).")
