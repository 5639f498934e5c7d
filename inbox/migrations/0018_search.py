"""Make what the search of the index stands on, as good as the database allows.

PostgreSQL makes it beside all that goes on, so not in a transaction. One that refuses the extensions
gets an index of words: `inbox.queue.search_index` says so, and this does not fail.
"""

from django.db import migrations

from inbox.queue import search_index


def build(apps, schema_editor):
    search_index.build(schema_editor.connection)


def remove(apps, schema_editor):
    search_index.remove(schema_editor.connection)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("inbox", "0017_index"),
    ]

    operations = [
        migrations.RunPython(build, remove),
    ]
