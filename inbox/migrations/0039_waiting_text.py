from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0038_versions_of_brand'),
    ]

    operations = [
        migrations.AddField(
            model_name='indexedchatroom',
            name='waiting_text',
            field=models.CharField(blank=True, db_default='', default='', max_length=140),
        ),
    ]
