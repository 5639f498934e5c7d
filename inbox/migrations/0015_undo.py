import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0014_notes'),
    ]

    operations = [
        migrations.AddField(
            model_name='review',
            name='activity',
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name='reviews',
                to='inbox.activity',
            ),
        ),
    ]
