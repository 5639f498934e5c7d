"""The whole product in production configuration, with a sandbox that the command itself holds."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from inbox.sandbox.app import create_app
from inbox.sandbox.server import running as serving
from tests.stack.processes import Environment, Processes, free_port
from tests.stack.site import CONFIG, Site, processes
from tests.support.upstream import Misfortune, Upstream


@dataclass(frozen=True)
class Play:
    """`sessions`: the cookie of each of the cast. `link`: where a new member sets a password."""

    address: str
    popsell: Upstream
    sessions: dict[str, str]
    link: str
    processes: Processes
    server: "subprocess.Popen[bytes]"
    log: Path
    site: Site


@contextmanager
def playing(cache: str, more: Environment | None = None, config: str = CONFIG) -> Iterator[Play]:
    """`cache`: how many seconds a page counts as fresh. `more`: further variables of the site."""
    popsell = Upstream(create_app())
    with serving(popsell, handler=Misfortune) as url, processes() as running:
        site, port = Site(running, url, more), free_port()
        facts = site.shell("tests.stack.fill")
        server = site.serve(port, site.environment(port, cache), config)
        address, log = f"http://127.0.0.1:{port}", running.scratch / f"{port}.log"
        yield Play(address, popsell, facts["sessions"], facts["link"], running, server, log, site)
