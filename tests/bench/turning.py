"""Looks at a page some times within one process; runs in `manage.py shell`, under a counter."""

import os

from django.test import Client


def main() -> None:
    client = Client()
    name, _, value = os.environ["BENCH_SESSION"].partition("=")
    client.cookies[name] = value
    page, times = os.environ["BENCH_PAGE"], int(os.environ["BENCH_TIMES"])
    for _ in range(times):
        answer = client.get(page, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, answer.status_code
