from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0015_undo'),
    ]

    operations = [
        migrations.AddField(
            model_name='codename',
            name='seen_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
