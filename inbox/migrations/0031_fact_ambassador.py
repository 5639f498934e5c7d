"""The index of what is known of an ambassador's past, made beside all that goes on."""

from importlib import import_module

from django.db import migrations, models

AddIndex = import_module('inbox.migrations.0021_queue_indexes').AddIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('inbox', '0030_unproven_index'),
    ]

    operations = [
        AddIndex(
            model_name='fact',
            index=models.Index(
                fields=['brand', 'kind', 'ambassador', 'day'], name='fact_ambassador'
            ),
        ),
    ]
