import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


def copy_notes(apps, schema_editor):
    """Each review's note becomes one of the conversation, also where the review was undone."""
    Review, Note = apps.get_model("inbox", "Review"), apps.get_model("inbox", "Note")
    written = (
        Note(
            brand_id=one.brand_id,
            chatroom=one.chatroom,
            member_id=one.member_id,
            member_name=one.member_name,
            text=one.note,
            written=one.reviewed,
            review_id=one.pk,
        )
        for one in Review.objects.exclude(note="").order_by("pk").iterator()
    )
    Note.objects.bulk_create(written, batch_size=500)
    Review.objects.exclude(note="").update(note="")
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else it alters no table from here on
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


def copy_back(apps, schema_editor):
    """As much of each review's note as there was room for."""
    Review, Note = apps.get_model("inbox", "Review"), apps.get_model("inbox", "Note")
    for one in Note.objects.exclude(review=None).order_by("pk").iterator():
        Review.objects.filter(pk=one.review_id).update(note=one.text[:500])


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0013_noted_once'),
    ]

    operations = [
        migrations.AlterField(
            model_name='activity',
            name='act',
            field=models.CharField(choices=[('read', 'Mark read'), ('archive', 'Archive'), ('block', 'Block'), ('flag', 'Flag'), ('view', 'Open'), ('reveal', 'Reveal'), ('review', 'Review'), ('undo_review', 'Undo review'), ('note', 'Write note'), ('name_codes', 'Name codes'), ('invite', 'Invite'), ('withdraw', 'Withdraw invitation'), ('join', 'Join'), ('change_role', 'Change role'), ('deactivate', 'Deactivate'), ('reactivate', 'Reactivate'), ('download', 'Download activity'), ('lock', 'Lock account'), ('unlock', 'Unlock account'), ('rename', 'Change name'), ('change_address', 'Change address'), ('give_right', 'Make operator'), ('take_right', "End operator's right"), ('end_sessions', 'End sessions'), ('failed_sign_in', 'Failed sign-in'), ('blocked_sign_in', 'Blocked sign-in'), ('change_password', 'Change password'), ('set_password', 'Set password'), ('make_link', 'Make password link'), ('add_factor', 'Add second factor'), ('remove_factor', 'Remove second factor'), ('rename_passkey', 'Rename passkey'), ('new_codes', 'Make recovery codes'), ('use_code', 'Use recovery code'), ('connect', 'Connect single sign-on'), ('disconnect', 'Disconnect single sign-on'), ('erase', 'Erase')], max_length=16),
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chatroom', models.BigIntegerField()),
                ('member_name', models.CharField(max_length=254)),
                ('text', models.TextField(blank=True, max_length=2000)),
                ('written', models.DateTimeField(default=django.utils.timezone.now)),
                ('taken_back', models.DateTimeField(blank=True, null=True)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='inbox.brand')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='inbox.membership')),
                ('review', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='notes', to='inbox.review')),
            ],
            options={
                'ordering': ['-written', '-id'],
                'indexes': [models.Index(fields=['brand', 'chatroom', '-id'], name='note_chatroom')],
            },
        ),
        migrations.CreateModel(
            name='NoteDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chatroom', models.BigIntegerField()),
                ('text', models.TextField(blank=True)),
                ('version', models.PositiveIntegerField(default=0)),
                ('saved', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='drafts', to='inbox.membership')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('member', 'chatroom'), name='one_draft_per_chatroom')],
            },
        ),
        migrations.RunPython(copy_notes, copy_back),
        # The column stays, empty: the release before goes on while this one starts, and can come back.
        migrations.AlterField(
            model_name='review',
            name='note',
            field=models.CharField(blank=True, db_default='', max_length=500),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name='review', name='note')],
        ),
    ]
