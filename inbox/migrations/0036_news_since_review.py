from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0035_indexedchatroom_online'),
    ]

    operations = [
        migrations.AddField(
            model_name='indexedchatroom',
            name='news',
            field=models.JSONField(null=True),
        ),
    ]
