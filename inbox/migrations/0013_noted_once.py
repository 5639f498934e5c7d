from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0012_said_by_issuers'),
    ]

    operations = [
        migrations.AddField(
            model_name='membership',
            name='confirm_noted',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='membership',
            name='issuer_noted',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
