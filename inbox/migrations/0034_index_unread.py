"""The index of what nobody read in an inbox, made beside all that goes on."""

from importlib import import_module

from django.db import migrations, models

AddIndex = import_module('inbox.migrations.0021_queue_indexes').AddIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('inbox', '0033_saved_views'),
    ]

    operations = [
        AddIndex(
            model_name='indexedchatroom',
            index=models.Index(
                fields=['brand', '-last_message_date', '-id'],
                name='index_unread',
                condition=models.Q(unread=True),
            ),
        ),
    ]
