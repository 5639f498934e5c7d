from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0021_queue_indexes")]

    operations = [
        migrations.AddField(
            model_name="indexedbrand",
            name="again_since",
            field=models.DateTimeField(null=True),
        ),
    ]
