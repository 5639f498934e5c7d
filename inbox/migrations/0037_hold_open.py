"""The index of what the team has in hand: what was released stays in the table for good."""

from importlib import import_module

from django.db import migrations, models

AddIndex = import_module('inbox.migrations.0021_queue_indexes').AddIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('inbox', '0036_news_since_review'),
    ]

    operations = [
        AddIndex(
            model_name='hold',
            index=models.Index(
                fields=['brand', 'member'],
                name='hold_open',
                condition=models.Q(ended=None),
            ),
        ),
    ]
