"""The browser of every check: Chromium, and where it is installed, its part without windows.

That part, a package of its own, needs less than half of the processor's time.
"""

from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")
HEADLESS = Path("/usr/bin/chromium-headless-shell")
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]


def find_browser() -> Path | None:
    """What tests drive; None where neither is installed."""
    return next((path for path in (HEADLESS, CHROMIUM) if path.exists()), None)
