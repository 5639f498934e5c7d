from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0022_read_again")]

    operations = [
        migrations.AddField(
            model_name="indexedambassador",
            name="recovered_at",
            field=models.DateTimeField(null=True),
        ),
    ]
