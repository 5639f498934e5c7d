from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0034_index_unread'),
    ]

    operations = [
        migrations.AddField(
            model_name='indexedchatroom',
            name='online',
            field=models.BooleanField(null=True),
        ),
    ]
