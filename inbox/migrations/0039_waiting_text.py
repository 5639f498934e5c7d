"""A column for the words that wait for an answer.

SQLite makes a table anew for a column without NULL, and forgets its triggers: the search needs them.
"""

from django.db import migrations, models

from inbox.queue import search_index


def build_search(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        search_index.build(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0038_versions_of_brand'),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, build_search),
        migrations.AddField(
            model_name='indexedchatroom',
            name='waiting_text',
            field=models.CharField(blank=True, db_default='', default='', max_length=140),
        ),
        migrations.RunPython(build_search, migrations.RunPython.noop),
    ]
