"""Our site in production configuration: collected files, a throw-away database, gunicorn."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.stack.processes import BIN, Environment, Processes

GUNICORN = [str(BIN / "gunicorn")]
CONFIG = "inbox/gunicorn.conf.py"
MANAGE = [str(BIN / "python"), "manage.py"]


@contextmanager
def processes() -> Iterator[Processes]:
    """A scratch folder and what runs in it, both gone afterwards."""
    with TemporaryDirectory(prefix="stack-") as scratch, Processes(Path(scratch)) as running:
        yield running


def bare_environment() -> Environment:
    """Nothing of the person's own environment reaches what is started: no .env, no proxy."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


class Site:
    """What it takes to serve our pages in front of the API at `api_url`; `more` variables win."""

    def __init__(self, running: Processes, api_url: str, more: Environment | None = None) -> None:
        self._running = running
        self._api_url = api_url
        self._more = more or {}
        collect = [*MANAGE, "collectstatic", "--noinput", "--verbosity", "0"]
        running.ask(collect, self.environment(0))

    def environment(
        self, port: int, cache: str = "0", settings: str = "tests.stack.settings"
    ) -> Environment:
        """The site's environment, as on a platform; `cache`: how many seconds a page is fresh."""
        scratch = self._running.scratch
        return {
            **bare_environment(),
            "DJANGO_SETTINGS_MODULE": settings,
            "ENV_FILE": "/dev/null",
            "SECRET_KEY": "for-this-run-alone-0123456789-0123456789-0123456789",
            "ALLOWED_HOSTS": "127.0.0.1,testserver",
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "DATABASE_URL": f"sqlite:///{scratch}/site.sqlite3",
            "POPSELL_API_URL": self._api_url,
            "POPSELL_ACCESS_TOKEN": "sandbox-token",
            "INBOX_CACHE_SECONDS": cache,
            "WORKER_BESIDE_WEB": "off",
            "MEMBER_CALLS_PER_MINUTE": "1000000",  # a few members do what a crowd would
            "OIDC_ISSUER": "http://127.0.0.1:9",
            "OIDC_CLIENT_ID": "inbox",
            "OIDC_CLIENT_SECRET": "an-issuers-secret",
            "OIDC_NAME": "Maison SSO",
            "STACK_CACHE": f"{scratch}/cache-{port}",
            "STACK_STATIC": f"{scratch}/static",
            **self._more,
        }

    def shell(self, module: str, extra: Environment | None = None, function: str = "main") -> Any:
        """What a module's function prints as JSON on its last line, run within the site."""
        code = f"from {module} import {function}; {function}()"
        command = [*MANAGE, "shell", "--verbosity", "0", "--command", code]
        said = self._running.ask(command, {**self.environment(0), **(extra or {})})
        return json.loads(said.splitlines()[-1])  # the site's log lines come before

    def serve(
        self, port: int, environment: Environment, config: str = CONFIG
    ) -> subprocess.Popen[bytes]:
        """Gunicorn as the Procfile starts it, unless another `config` is named."""
        options = ["--config", config, "--bind", f"127.0.0.1:{port}"]
        return self._running.serve([*GUNICORN, *options], environment, port)
