"""Loaded by pytest before Django's settings: the tests' own environment, and nobody else's."""

import os
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = re.compile(r"^#? ?([A-Z][A-Z_]+)(_<brand id>)?=", re.MULTILINE)


def forget_own_variables() -> None:
    """Drop every variable of the product that the person's shell may carry."""
    names = {match[1] for match in OURS.finditer((ROOT / ".env.example").read_text())}
    for name in [name for name in os.environ if name.rstrip("0123456789").rstrip("_") in names]:
        del os.environ[name]


forget_own_variables()
# The throw-away ones of `bin/services`. Each of several workers has two Redis databases to itself:
# tasks lie in the one after the cache's, and the cache is emptied.
if address := os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = address
if address := os.environ.get("TEST_CACHE_URL"):
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    os.environ["CACHE_URL"] = f"{address}{2 * worker}"
for folder in ("tests/output", "staticfiles"):  # WhiteNoise warns where the second is missing
    (ROOT / folder).mkdir(exist_ok=True)
os.environ["ENV_FILE"] = "tests/test.env"
