from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0037_hold_open'),
    ]

    operations = [
        migrations.AddField(
            model_name='brand',
            name='codes_version',
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name='brand',
            name='views_version',
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
    ]
