from django.db import migrations


def forget(apps, _schema_editor):
    """Empty what issuers said of people when they signed in: nothing reads it any more."""
    apps.get_model('socialaccount', 'SocialAccount').objects.exclude(extra_data={}).update(extra_data={})


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0011_erase'),
        ('socialaccount', '0006_alter_socialaccount_extra_data'),
    ]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop, elidable=True),
    ]
