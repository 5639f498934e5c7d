"""bin/observatory: MDN's HTTP Observatory on the site in production, behind a real https front."""

import json
import sys
from typing import Any

from tests.stack.certificates import OPENSSL
from tests.stack.front import NGINX, put_in_front
from tests.stack.processes import ROOT, free_port, stoppable
from tests.stack.site import Site, bare_environment, processes

SCAN = ["node", str(ROOT / "tests/node/observatory.mjs"), "localhost"]


def is_possible() -> bool:
    installed = ROOT / "tests/node/node_modules/@mdn/mdn-http-observatory"
    return bool(NGINX and OPENSSL and installed.exists())


def scanned() -> dict[str, Any]:
    """The grade, the score, and what was found, as the names of the `passed` and the `failed`."""
    with processes() as running:
        site = Site(running, "http://127.0.0.1:9/api/v2")
        port, http, https = free_port(), free_port(), free_port()
        environment = site.environment(port) | {
            "PUBLIC_URL": "https://localhost",
            "EMAIL_URL": "smtp://127.0.0.1:9",
            "ALLOWED_HOSTS": "localhost",
        }
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        running.ask(migrate, environment)
        site.serve(port, environment)
        front = put_in_front(running, port, http, https, bare_environment())
        trusting = {**bare_environment(), "NODE_EXTRA_CA_CERTS": str(front.certificate)}
        found: dict[str, Any] = json.loads(running.ask([*SCAN, str(http), str(https)], trusting))
        return found


def main() -> None:
    if not is_possible():
        sys.exit("nginx, openssl and tests/node (bin/node-environment) are needed.")
    with stoppable():
        found = scanned()
    print(f"Grade {found['grade']}, {found['score']} points")  # noqa: T201 - what it is for
    for kind in ("passed", "failed"):
        print(f"{kind}:", *(found[kind] or ["none"]), sep="\n  ")  # noqa: T201
    sys.exit(bool(found["failed"]))


if __name__ == "__main__":
    main()
