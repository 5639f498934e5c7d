"""Columns for how far the sync has come, its budget of calls, and its workers' signs of life.

SQLite makes a table anew for a column without NULL, and forgets its triggers: the search needs them.
"""

from django.db import migrations, models

from inbox.queue import search_index


def build_search(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        search_index.build(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0018_search'),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, build_search),
        migrations.CreateModel(
            name='CallBudget',
            fields=[
                ('account', models.CharField(max_length=16, primary_key=True, serialize=False)),
                ('left', models.FloatField(default=0)),
                ('counted_at', models.DateTimeField()),
                ('rate', models.FloatField(null=True)),
                ('slowed_at', models.DateTimeField(null=True)),
                ('paused_until', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='WorkerBeat',
            fields=[
                ('name', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('folder', models.CharField(blank=True, max_length=32)),
                ('began', models.DateTimeField()),
                ('beat_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='indexedambassador',
            name='changed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='indexedambassador',
            name='look_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='indexedambassador',
            name='newest',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='indexedambassador',
            name='pace',
            field=models.FloatField(default=0),
        ),
        migrations.AddField(
            model_name='indexedambassador',
            name='pages',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='indexedambassador',
            name='rung_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='indexedambassador',
            name='shrank',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='indexedambassador',
            name='slow_pace',
            field=models.FloatField(default=0),
        ),
        migrations.AddField(
            model_name='indexedambassador',
            name='walks',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='indexedbrand',
            name='bell',
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name='indexedbrand',
            name='bell_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='indexedbrand',
            name='bell_doubted',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='indexedbrand',
            name='bell_from',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='indexedbrand',
            name='bell_newest',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='indexedbrand',
            name='calls',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='indexedbrand',
            name='calls_before',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='indexedbrand',
            name='failed_with',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='indexedbrand',
            name='failing_since',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='indexedbrand',
            name='failure',
            field=models.CharField(blank=True, choices=[('no token', 'No token'), ('refused', 'The token is refused'), ('outage', 'Popsell does not answer')], max_length=8),
        ),
        migrations.AddField(
            model_name='indexedbrand',
            name='hour',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='indexedbrand',
            name='per_page',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='indexedbrand',
            name='retry_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='indexedbrand',
            name='tried_out',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='indexedbrand',
            name='tries',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='indexedbrand',
            name='directory_pages',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.RunPython(build_search, migrations.RunPython.noop),
    ]
