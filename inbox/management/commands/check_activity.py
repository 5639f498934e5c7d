"""python manage.py check_activity [--holds HEAD] [--accept SEAL] : was the trail changed behind us?"""

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inbox.activity import seal_check, sealer

SHOWN = 50  # places that are told
HEAD = re.compile("[0-9a-f]{64}")


class Command(BaseCommand):
    help = (
        "Tell whether records of the trail were changed, added or taken away behind the site's back, "
        "where, and what is not sealed yet. Ends with 1 where something is broken or unproven."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        message = "a head from a line of the log, which the chain must still have"
        parser.add_argument("--holds", default="", metavar="HEAD", help=message)
        known = (
            "the number of a seal at which SECRET_KEY was changed without its fallback, as you know; "
            "repeatable"
        )
        parser.add_argument(
            "--accept", action="append", default=[], type=int, metavar="SEAL", help=known
        )

    def handle(self, *args: Any, **options: Any) -> None:
        head = options["holds"].strip().lower()
        if head and not HEAD.fullmatch(head):
            raise CommandError(
                "A head has 64 characters, of 0-9 and a-f: see the lines of the log."
            )
        try:
            with sealer.alone() as held:
                report = seal_check.check(held, head, options["accept"])
        except sealer.BeingSealedError:
            message = "Somebody else seals or prunes the trail: try again in a minute."
            raise CommandError(message) from None
        self._tell(report)
        if report.broken:
            raise CommandError(f"The trail is broken: {len(report.broken)} found.")
        if report.unproven:
            message = (
                "The trail is unproven. Where you know of the change, name its seal with --accept."
            )
            raise CommandError(message)
        self.stdout.write("The trail is whole." if report.seals else "Nothing is sealed yet.")

    def _tell(self, report: seal_check.Report) -> None:
        self.stdout.write(f"Sealed and unchanged: {report.sealed} in {report.seals} seals.")
        self.stdout.write(f"Deleted in order: {report.pruned}.")
        self.stdout.write(
            f"Not sealed yet: {report.waiting}; without an outcome: {report.unsettled}."
        )
        if report.waits_since:
            self.stdout.write(f"Waiting since: {report.waits_since:%Y-%m-%d %H:%M} UTC.")
        if report.begins:
            self.stdout.write(f"First seal: {report.begins:%Y-%m-%d %H:%M} UTC.")
        if report.last:
            self.stdout.write(f"Last seal: {report.last:%Y-%m-%d %H:%M} UTC, head {report.head}")
        for message in report.unproven:
            self.stdout.write(f"Unproven: {message}.")
        for message in report.broken[:SHOWN]:
            self.stdout.write(f"Broken: {message}.")
        if len(report.broken) > SHOWN:
            self.stdout.write(f"… and {len(report.broken) - SHOWN} more.")
