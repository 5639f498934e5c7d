"""What the background worker takes of the memory on a large index, while it reads and ranks."""

import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.stack.processes import Environment, Processes, free_port
from tests.stack.site import bare_environment
from tests.stack.worker import running
from tests.test_settings import PRODUCTION

SECONDS = 120
LIMIT = 120  # MB


def watch(url: str, seconds: int = SECONDS) -> dict[str, int]:
    """MB of the worker's one process after so long, beside a lively sandbox; `VmHWM` is its most."""
    with TemporaryDirectory() as folder, Processes(Path(folder)) as processes:
        port = free_port()
        sandbox = [sys.executable, "manage.py", "sandbox", "--port", str(port), "--lively"]
        crowd = ["--ambassadors", "500", "--chatrooms", "40"]
        environment = _environment(url, port, Path(folder))
        processes.serve([*sandbox, *crowd], environment, port)
        with running(environment, Path(folder) / "log") as worker:
            time.sleep(seconds)
            told = _memory(worker.process.pid)
            worker.end()
    return told


def _environment(url: str, port: int, folder: Path) -> Environment:
    return {
        **bare_environment(),
        **{name: value for name, value in PRODUCTION.items() if name != "CACHE_URL"},
        "ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "tests.stack.settings",
        "DATABASE_URL": url,
        "POPSELL_API_URL": f"http://127.0.0.1:{port}/api/v2",
        "POPSELL_ACCESS_TOKEN": "sandbox-token",
        "STACK_CACHE": str(folder / "cache"),
        "STACK_STATIC": str(folder / "static"),
    }


def _memory(pid: int) -> dict[str, int]:
    lines = [
        *Path(f"/proc/{pid}/status").read_text().splitlines(),
        *Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines(),
    ]
    named = {line.split(":")[0]: line for line in lines}
    return {name: int(named[name].split()[1]) // 1024 for name in ("VmHWM", "VmRSS", "Pss")}
