"""Indexes for the queue's tabs, for what each ambassador has to do, and for what has a code.

PostgreSQL makes each beside all that goes on, so not in a transaction. One that was broken off is
made anew by the next run, which leaves alone what is there.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

QUEUE = ['brand', 'rank', 'since', 'id']


class AddIndex(AddIndexConcurrently):
    """Adds it without a lock on PostgreSQL, plainly on SQLite, and not at all where it is whole."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        database = schema_editor.connection
        if is_whole(database, self.index.name):
            return
        if database.vendor == 'postgresql':
            schema_editor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS {self.index.name}')
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        else:
            as_usual = migrations.AddIndex.database_forwards
            as_usual(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == 'postgresql':
            super().database_backwards(app_label, schema_editor, from_state, to_state)
        else:
            as_usual = migrations.AddIndex.database_backwards
            as_usual(self, app_label, schema_editor, from_state, to_state)


def is_whole(database, name):
    query = "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = %s"
    if database.vendor == 'postgresql':
        query = 'SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(%s) AND indisvalid'
    with database.cursor() as cursor:
        cursor.execute(query, [name])
        return cursor.fetchone() is not None


def add(name, fields, **condition):
    index = models.Index(fields=fields, name=name, condition=models.Q(**condition))
    return AddIndex(model_name='indexedchatroom', index=index)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('inbox', '0020_archive_apart'),
    ]

    operations = [
        add('index_waiting', QUEUE, is_waiting=True),
        add('index_anomalous', QUEUE, is_anomalous=True),
        add('index_moderated', QUEUE, is_moderated=True),
        add('index_low', QUEUE, is_low=True),
        add('index_news', QUEUE, is_news=True),
        add('index_ambassador_waiting', ['brand', 'ambassador', 'waiting_since'], is_waiting=True),
        add('index_ambassador_anomalous', ['brand', 'ambassador'], is_anomalous=True),
        add('index_ambassador_unread', ['brand', 'ambassador'], unread=True),
        add('index_anomaly', ['brand', 'anomaly', '-summarized', '-id'], summarized__isnull=False),
        add('index_topic', ['brand', 'topic', '-summarized', '-id'], summarized__isnull=False),
        add(
            'index_moderation',
            ['brand', 'status_moderation', '-last_message_date', '-id'],
            last_message_date__isnull=False,
        ),
    ]
