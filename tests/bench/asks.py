"""One world of `tests.bench.million`: asked over its own pipe, a line of JSON for a question.

`python -m tests.bench.asks` with `DATABASE_URL`. With `--fill ROOMS` it makes the world instead, with
`--write ROWS` it writes so many a second, with `--due` it makes some rows due.
"""

import os
import sys

import django


def main() -> None:
    os.environ["ENV_FILE"] = "tests/test.env"
    os.environ["DJANGO_SETTINGS_MODULE"] = "inbox.settings"
    django.setup()
    from tests.bench import asked, worlds  # noqa: PLC0415 - they need the settings

    if "--fill" in sys.argv:
        worlds.fill(int(sys.argv[-1]))
    elif "--due" in sys.argv:
        asked.make_due()
    elif "--write" in sys.argv:
        asked.write(int(sys.argv[-1]))
    else:
        asked.answer(asked.questions())


if __name__ == "__main__":
    main()
