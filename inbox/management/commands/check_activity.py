"""python manage.py check_activity [--holds HEAD] : was the trail changed behind our back?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inbox import seal_check, seals

SHOWN = 50  # places that are told


class Command(BaseCommand):
    help = (
        "Tell whether records of the trail were changed, added or taken away behind the site's back, "
        "where, and what is not sealed yet. Ends with 1 where something is broken."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        told = "a head from a line of the log, which the chain must still have"
        parser.add_argument("--holds", default="", metavar="HEAD", help=told)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with seals.alone() as held:
                report = seal_check.check(held, options["holds"].strip().lower())
        except seals.BeingSealedError:
            told = "Somebody else seals or prunes the trail: try again in a minute."
            raise CommandError(told) from None
        self._tell(report)
        if report.broken:
            raise CommandError(f"The trail is broken: {len(report.broken)} found.")
        self.stdout.write("The trail is whole." if report.seals else "Nothing is sealed yet.")

    def _tell(self, report: seal_check.Report) -> None:
        self.stdout.write(f"Sealed and unchanged: {report.sealed} in {report.seals} seals.")
        self.stdout.write(f"Deleted in order: {report.pruned}.")
        self.stdout.write(
            f"Not sealed yet: {report.waiting}; without an outcome: {report.unsettled}."
        )
        if report.begins:
            self.stdout.write(f"First seal: {report.begins:%Y-%m-%d %H:%M} UTC.")
            self.stdout.write(f"Last seal: {report.last:%Y-%m-%d %H:%M} UTC, head {report.head}")
        for told in report.unproven:
            self.stdout.write(f"Unproven: {told}.")
        for told in report.broken[:SHOWN]:
            self.stdout.write(f"Broken: {told}.")
        if len(report.broken) > SHOWN:
            self.stdout.write(f"… and {len(report.broken) - SHOWN} more.")
