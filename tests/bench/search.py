"""How long the search of the index takes, by hand; prints times and the database's plans.

Alone on SQLite; on PostgreSQL by `bin/services .venv/bin/python -m tests.bench.search`.
"""

import argparse
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import django


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=200_000, help="of the brand that is searched")
    options.add_argument("--others", type=int, default=0, help="rows of nineteen other brands")
    given = options.parse_args()
    with TemporaryDirectory() as folder:
        own = f"sqlite:///{Path(folder) / 'search.sqlite3'}"
        os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", own)
        os.environ["ENV_FILE"] = "tests/test.env"
        os.environ["DJANGO_SETTINGS_MODULE"] = "inbox.settings"
        django.setup()
        from tests.bench import searches  # noqa: PLC0415 - it needs the settings

        searches.measure(given.rows, given.others)


if __name__ == "__main__":
    main()
