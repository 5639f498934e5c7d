"""Columns for what shows an anomaly, and the words that a brand writes beside its code.

SQLite makes a table anew for a column without NULL, and forgets its triggers: the search needs them.
"""

from django.db import migrations, models

from inbox.queue import search_index


def build_search(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        search_index.build(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0028_judgements'),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, build_search),
        migrations.AddField(
            model_name='codename',
            name='words',
            field=models.CharField(blank=True, db_default='', default='', max_length=840),
        ),
        migrations.AddField(
            model_name='indexedchatroom',
            name='covered',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='indexedchatroom',
            name='covered_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='indexedchatroom',
            name='proof',
            field=models.CharField(blank=True, db_default='', default='', max_length=140),
        ),
        migrations.AddField(
            model_name='indexedchatroom',
            name='proof_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='indexedchatroom',
            name='proof_due',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='indexedchatroom',
            name='proof_mark',
            field=models.CharField(blank=True, db_default='', default='', max_length=8),
        ),
        migrations.AddField(
            model_name='indexedchatroom',
            name='proof_message',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='indexedchatroom',
            name='proof_own',
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name='indexedchatroom',
            name='proof_word',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AddField(
            model_name='indexedchatroom',
            name='total',
            field=models.BigIntegerField(null=True),
        ),
        migrations.RunPython(build_search, migrations.RunPython.noop),
    ]
