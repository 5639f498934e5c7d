from django.db import migrations, models
from django.db.models import F
from django.utils import timezone


def withdraw_of_those_let_go(apps, _schema_editor):
    """Withdraw what was sent by people who look after the brand no more; they may again, later."""
    invitations = apps.get_model('inbox', 'Invitation').objects
    able = invitations.filter(
        invited_by__brand=F('brand'),
        invited_by__role='manager',
        invited_by__is_active=True,
        invited_by__user__is_active=True,
    )
    open_ones = invitations.filter(accepted=None, withdrawn=None)
    open_ones.exclude(pk__in=able.values('pk')).update(withdrawn=timezone.now())


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0006_session_digests'),
    ]

    operations = [
        migrations.AlterField(
            model_name='activity',
            name='member',
            field=models.ForeignKey(null=True, on_delete=models.deletion.PROTECT, related_name='activities', to='inbox.membership'),
        ),
        migrations.AlterField(
            model_name='activity',
            name='member_role',
            field=models.CharField(blank=True, choices=[('viewer', 'Viewer'), ('moderator', 'Moderator'), ('manager', 'Manager')], max_length=16),
        ),
        migrations.RunPython(withdraw_of_those_let_go, migrations.RunPython.noop, elidable=True),
    ]
