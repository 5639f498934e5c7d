"""The index of anomalies whose proof is to be read, made beside all that goes on."""

from importlib import import_module

from django.db import migrations, models

AddIndex = import_module('inbox.migrations.0021_queue_indexes').AddIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('inbox', '0029_proof'),
    ]

    operations = [
        AddIndex(
            model_name='indexedchatroom',
            index=models.Index(
                condition=models.Q(('proof_due__isnull', False)),
                fields=['brand', 'rank', 'since', 'id'],
                name='index_unproven',
            ),
        ),
    ]
