"""How many database queries a page takes, by its number of rows; runs in `manage.py shell`.

Prints one JSON object on its last line: `{"<rows>": [<rows seen>, <queries>]}`.
"""

import json
import os
import sys
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.bench.browser import tell
from tests.bench.upstream import ROWS
from tests.support import pages


def main() -> None:
    client = Client()
    name, _, value = os.environ["BENCH_SESSION"].partition("=")
    client.cookies[name] = value
    port = urlsplit(settings.POPSELL_API_URL).port or 0
    # The first page of a process loads templates, and is no page to count by.
    _page(client, port, ROWS[0])
    sys.stdout.write(json.dumps({rows: _page(client, port, rows) for rows in ROWS}))


def _page(client: Client, port: int, rows: int) -> tuple[int, int]:
    tell(port, f"/rows/{rows}")
    with CaptureQueriesContext(connection) as queries:
        response = client.get(os.environ["BENCH_PAGE"])
    return len(pages.rows(pages.text(response))), len(queries)
