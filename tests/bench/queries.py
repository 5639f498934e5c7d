"""How many queries a page makes before its answer, by its number of rows; runs in `manage.py shell`.

Prints one JSON object on its last line: `{"<rows>": [<rows seen>, <queries>]}`.
"""

import json
import os
import sys
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client

from tests.bench.browser import tell
from tests.bench.upstream import ROWS
from tests.support import pages
from tests.support.questions import asked_before_the_answer


def main() -> None:
    client = Client()
    name, _, value = os.environ["BENCH_SESSION"].partition("=")
    client.cookies[name] = value
    port = urlsplit(settings.POPSELL_API_URL).port or 0
    # The first pages of a process load templates, and note codes and read their names.
    for _first in "ab":
        _page(client, port, ROWS[-1])
    sys.stdout.write(json.dumps({rows: _page(client, port, rows) for rows in ROWS}))


def _page(client: Client, port: int, rows: int) -> tuple[int, int]:
    tell(port, f"/rows/{rows}")
    with asked_before_the_answer() as queries:
        response = client.get(os.environ["BENCH_PAGE"])
    return len(pages.rows(pages.text(response))), len(queries)
