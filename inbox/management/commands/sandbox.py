"""`manage.py sandbox`: Popsell's stand-in on this machine, for a demo without Popsell."""

import logging
import signal
from argparse import ArgumentParser, ArgumentTypeError, BooleanOptionalAction
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from inbox.sandbox.app import Sandbox, create_app
from inbox.sandbox.crowds import MOST, MOST_ROOMS, NOBODY, Crowd
from inbox.sandbox.data import CROWDED
from inbox.sandbox.faults import Faults
from inbox.sandbox.server import SandboxServer, serve


class Command(BaseCommand):
    """Serve the sandbox until Ctrl-C or SIGTERM."""

    help = "Run a stand-in of the Popsell API v2 with invented brands."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the port, the seed of the data, the token, and how lifelike to be."""
        parser.add_argument("--port", type=int, default=8001)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--token", default="sandbox-token")
        parser.add_argument(
            "--lively",
            action="store_true",
            help="messages arrive and people come and go while it runs",
        )
        parser.add_argument(
            "--faults",
            action=BooleanOptionalAction,
            default=False,
            help="now and then reads meet a slow, busy or silent API, for three seconds",
        )
        parser.add_argument(
            "--ambassadors",
            type=up_to(MOST),
            default=NOBODY.ambassadors,
            help=f"so many more in brand {CROWDED}, up to {MOST}",
        )
        parser.add_argument(
            "--chatrooms",
            type=up_to(MOST_ROOMS),
            default=NOBODY.chatrooms,
            help=f"about so many for each of these, up to {MOST_ROOMS}",
        )

    def handle(
        self,
        *args: Any,
        port: int,
        seed: int,
        token: str,
        lively: bool,
        faults: bool,
        ambassadors: int,
        chatrooms: int,
        **options: Any,
    ) -> None:
        """Announce the address, then serve."""
        crowd = Crowd(ambassadors, chatrooms)
        app = create_app(seed=seed, token=token, lively=lively, crowd=crowd)
        try:
            server = serve(Faults(app, seed) if faults else app, port)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise CommandError(f"Port {port} cannot be used: {reason}.") from error
        with until_told(server), calls_shown(self.stdout):
            self.announce(app, server, token)
            server.serve_forever()

    def announce(self, app: Sandbox, server: SandboxServer, token: str) -> None:
        """Say what a client needs to know."""
        self.stdout.write(f"Popsell sandbox on {server.url}")
        for brand in app.brands.values():
            self.stdout.write(f"  brand {brand.id}: {brand.label}")
        self.stdout.write(f"The token is {token}. Ctrl-C stops the sandbox.")
        self.stdout.flush()


def up_to(most: int) -> Callable[[str], int]:
    """Read a number from 0 on."""

    def number(raw: str) -> int:
        if not (raw.isascii() and raw.isdigit() and int(raw[:9]) <= most):
            raise ArgumentTypeError(f"a number from 0 to {most}, not {raw}")
        return int(raw)

    return number


@contextmanager
def calls_shown(stdout: OutputWrapper) -> Iterator[None]:
    """Write the sandbox's log lines to stdout."""
    logger = logging.getLogger("inbox.sandbox")
    handler = logging.StreamHandler(stdout)
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.level, logger.propagate = before


@contextmanager
def until_told(server: SandboxServer) -> Iterator[None]:
    """Take Ctrl-C and SIGTERM as the end of the block, then hang up cleanly."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
        signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
