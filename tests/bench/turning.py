"""Looks at a page some times within one process; runs in `manage.py shell`, under a counter."""

import gc
import os

from django.test import Client

FIRST = 10  # pages, which read what a process needs


def main() -> None:
    client = Client()
    name, _, value = os.environ["BENCH_SESSION"].partition("=")
    client.cookies[name] = value
    page, times = os.environ["BENCH_PAGE"], int(os.environ["BENCH_TIMES"])
    for turn in range(times):
        if turn == FIRST:
            # As a worker has it, which is forked: one look at all that was ever read, by chance among
            # the pages that are counted, would be more than a page takes.
            gc.collect()
            gc.freeze()
        answer = client.get(page, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, answer.status_code
