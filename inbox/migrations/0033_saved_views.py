"""Views: names for queries of what needs attention."""

import django.db.models.deletion
from django.db import migrations, models


GIVEN = {
    'held': 'held=me',
    'overnight': 'reason=waiting&held=nobody&waits=8',
    'payment': 'reason=anomaly&named=payment,contact,paiement,coordonnées',
    'quiet': 'unread=1&quiet=30',
}


def give(apps, _schema_editor):
    """Give every brand its first views, as a new one has them."""
    saved_view = apps.get_model('inbox', 'SavedView')
    brands = apps.get_model('inbox', 'Brand').objects.values_list('pk', flat=True)
    saved_view.objects.bulk_create(
        [
            saved_view(brand_id=brand, given=given, query=query)
            for brand in brands
            for given, query in GIVEN.items()
        ],
        batch_size=1000,
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0032_holds'),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=60)),
                ('query', models.TextField()),
                ('given', models.CharField(blank=True, choices=[('held', 'I have these'), ('overnight', 'Left alone overnight'), ('payment', 'Payment and contact'), ('quiet', 'Unread, quiet for 30 days')], max_length=9)),
            ],
        ),
        migrations.AlterField(
            model_name='activity',
            name='act',
            field=models.CharField(choices=[('read', 'Mark read'), ('archive', 'Archive'), ('block', 'Block'), ('flag', 'Flag'), ('view', 'Open'), ('reveal', 'Reveal'), ('review', 'Review'), ('undo_review', 'Undo review'), ('no_answer', 'Needs no answer'), ('undo_no_answer', 'Undo needs no answer'), ('judge', 'Judge anomaly'), ('undo_judge', 'Undo judgement'), ('note', 'Write note'), ('hold', 'Claim'), ('take_over', 'Take over'), ('hand_over', 'Hand over'), ('release', 'Release'), ('name_codes', 'Name codes'), ('set_rules', 'Change rules'), ('save_view', 'Save view of the team'), ('delete_view', 'Delete view of the team'), ('invite', 'Invite'), ('withdraw', 'Withdraw invitation'), ('join', 'Join'), ('change_role', 'Change role'), ('deactivate', 'Deactivate'), ('reactivate', 'Reactivate'), ('download', 'Download activity'), ('lock', 'Lock account'), ('unlock', 'Unlock account'), ('rename', 'Change name'), ('change_address', 'Change address'), ('give_right', 'Make operator'), ('take_right', "End operator's right"), ('end_sessions', 'End sessions'), ('failed_sign_in', 'Failed sign-in'), ('blocked_sign_in', 'Blocked sign-in'), ('change_password', 'Change password'), ('set_password', 'Set password'), ('make_link', 'Make password link'), ('add_factor', 'Add second factor'), ('remove_factor', 'Remove second factor'), ('rename_passkey', 'Rename passkey'), ('new_codes', 'Make recovery codes'), ('use_code', 'Use recovery code'), ('connect', 'Connect single sign-on'), ('disconnect', 'Disconnect single sign-on'), ('erase', 'Erase')], max_length=16),
        ),
        migrations.AddField(
            model_name='savedview',
            name='brand',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='inbox.brand'),
        ),
        migrations.AddField(
            model_name='savedview',
            name='member',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to='inbox.membership'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(condition=models.Q(('given', ''), _negated=True), fields=('brand', 'given'), name='one_given_view'),
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
