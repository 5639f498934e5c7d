"""Columns for archived chatrooms, which Popsell may list apart."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0019_sync'),
    ]

    operations = [
        migrations.AddField(
            model_name='indexedambassador',
            name='archive_page',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='indexedambassador',
            name='archive_total',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='indexedbrand',
            name='archive_apart',
            field=models.BooleanField(null=True),
        ),
    ]
