"""python manage.py search_index : make what the search of the index stands on, as good as may be"""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from inbox.queue import search_index
from inbox.queue.search_index import Means

WORDS = {
    Means.TRIGRAMS: "The search finds words by three letters anywhere in them.",
    Means.BEGINNINGS: "The search finds words by their beginnings: the database allows no more.",
    Means.NUMBERS: "The search finds conversations by their numbers: the database allows no more.",
}


class Command(BaseCommand):
    help = (
        "Make what the search of the index stands on, as good as the database allows. To be run once "
        "more where it allows more than before. On SQLite it is made anew, and the site waits."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(WORDS[search_index.build(connection)])
