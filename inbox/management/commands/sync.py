"""python manage.py sync --brand 3 [--once] [--ambassador 100]"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any, NoReturn, TextIO, cast

import click
from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
    no_translations,
)
from django.db import connections

from inbox.models import Brand, IndexedAmbassador
from inbox.popsell.errors import PopsellError
from inbox.process import outages
from inbox.queue.sync import BusyError, Progress, sync_once

PATIENCE = 5.0  # seconds for another process to let go of the brand
BETWEEN = 0.05  # seconds between two tries
EACH = 60  # seconds from the end of a pass to the next
INTERRUPTED = 130  # what shells tell of Ctrl-C
STAYS = "What was read stays: run it again."


@contextmanager
def told() -> Iterator[None]:
    """Raises CommandError with a sentence for what may go wrong outside."""
    try:
        yield
    except BusyError:
        raise CommandError("Another process reads this brand.") from None
    except PopsellError as failure:
        raise CommandError(f"{failure.title} ({failure.detail}). {STAYS}") from None
    except Exception as failure:
        if outages.subject_of(failure) is None:
            raise
        why = f"The database can't be used ({outages.kind(failure)})."
        raise CommandError(f"{why} {STAYS}") from None


def connect_anew() -> None:
    """Drop connections to the database that broke: they would stay so."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


def _sync(brand: Brand, draw: Callable[[Progress], object], only: int | None) -> Progress:
    """Begin as soon as the worker is between two calls: it leaves the brand alone then."""
    ends = monotonic() + PATIENCE
    while True:
        try:
            return sync_once(brand, draw, only)
        except BusyError:
            if monotonic() >= ends:
                raise
            sleep(BETWEEN)


class Command(BaseCommand):
    help = (
        "Read all conversations of a brand into the index: its directory, then the inbox of each "
        "ambassador. What was read stays where a pass is broken off, and the next one goes on there. "
        "Without --once another pass follows after a minute, until Ctrl-C."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--brand", type=int, required=True, help="Popsell's id of the brand")
        parser.add_argument("--once", action="store_true", help="end after one whole pass")
        parser.add_argument("--ambassador", type=int, metavar="ID", help="this one's inbox alone")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with told():
                brand = Brand.objects.filter(pk=options["brand"]).first()
            if brand is None:
                raise CommandError(f"There is no brand {options['brand']}: add it with add_brand.")
            if options["once"]:
                self._pass(brand, options["ambassador"])
            else:
                self._pass_after_pass(brand, options["ambassador"])
        except KeyboardInterrupt:
            if options["once"]:
                raise CommandError(f"Broken off. {STAYS}", returncode=INTERRUPTED) from None

    def _pass_after_pass(self, brand: Brand, only: int | None) -> NoReturn:
        """Until Ctrl-C; what can't be done now is tried again in the next pass."""
        while True:
            connect_anew()
            try:
                self._pass(brand, only)
            except CommandError as failure:
                self.stderr.write(str(failure))
            sleep(EACH)

    def _pass(self, brand: Brand, only: int | None) -> None:
        """One pass with its progress. Raises CommandError where it can't be ended."""
        with told():
            progress = self._with_bar(brand, only)
            if only and not progress.known:
                raise CommandError(f"The brand's directory does not name {only}.")
            self._tell(brand, progress)

    def _with_bar(self, brand: Brand, only: int | None) -> Progress:
        """The pass, with a bar where the output is a terminal."""
        out = cast(TextIO, self.stdout)
        bar = click.progressbar(
            length=0, label="Ambassadors", file=out, show_pos=True, hidden=not out.isatty()
        )

        def draw(progress: Progress) -> None:
            bar.length = progress.known
            bar.update(progress.done - bar.pos)
            bar.render_progress()

        with bar:
            return _sync(brand, draw, only)

    def _tell(self, brand: Brand, progress: Progress) -> None:
        """What came of it, and who can't be read: ids and numbers, no names."""
        ambassadors = IndexedAmbassador.objects.filter(brand=brand).order_by("ambassador")
        refused = ambassadors.exclude(failed_since=None)
        read = progress.done - progress.failing
        self.stdout.write(
            f"Brand {brand.pk}: {_some(read, 'ambassador')} read, "
            f"{_some(progress.calls, 'call')} to Popsell."
        )
        for one in refused:
            status = one.failed_with or "no status"
            since = f"{one.failed_since:%Y-%m-%d %H:%M} UTC"
            self.stdout.write(
                f"Ambassador {one.ambassador}: can't be read since {since} ({status})."
            )
        for one in ambassadors.filter(missing__gt=0):
            more = f"Popsell counts {one.missing} conversations more than it lists"
            self.stdout.write(f"Ambassador {one.ambassador}: {more}.")


def _some(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
