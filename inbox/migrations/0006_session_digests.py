"""Keep a digest of each session's cookie in place of the cookie, so that who is signed in stays so.

Forget the addresses of accounts that are not their persons': one that the operator had replaced
still got the links for a new password.

There is no way back: nobody can make the cookie of its digest. To return to the code before this,
delete all sessions and let people sign in anew, then `migrate --fake inbox 0005`.

A process of the code before that still runs no longer finds them: who asks it signs in anew, and what
it keeps of that, plain, is deleted by `prune_activity`.

Each batch is a transaction of its own, and what is a digest already is left alone: a run that was
broken off goes on where it stopped.
"""

from hashlib import sha256

from django.contrib.auth import SESSION_KEY as SIGNED_IN
from django.db import migrations, transaction
from django.db.models import F
from django.db.models.functions import Length, Lower

from inbox.accounts.session_engine import SessionStore

BATCH = 500
LENGTH = 40  # of a digest; Django's keys have 32


def digest(cookie):
    """As `inbox.accounts.session_engine` does it."""
    return sha256(cookie.encode()).hexdigest()[:LENGTH]


def digest_keys(apps, schema_editor):
    for model in (
        apps.get_model("sessions", "Session"),
        apps.get_model("usersessions", "UserSession"),
    ):
        plain = model.objects.alias(long=Length("session_key")).filter(long__lt=LENGTH)
        while keys := list(plain.values_list("session_key", flat=True)[:BATCH]):
            with transaction.atomic():
                for key in keys:
                    model.objects.filter(session_key=key).update(session_key=digest(key))


def seal_data(apps, schema_editor):
    """Encrypt what sessions hold. Nobody's are deleted: a link that was opened lies in them, readable."""
    sessions = apps.get_model("sessions", "Session").objects
    store, after = SessionStore(), ""
    while rows := list(sessions.filter(session_key__gt=after).order_by("session_key")[:BATCH]):
        after = rows[-1].session_key
        with transaction.atomic():
            for row in rows:
                if ":" not in row.session_data:
                    continue
                held = store.decode(row.session_data)
                same = sessions.filter(session_key=row.session_key, session_data=row.session_data)
                if SIGNED_IN in held:
                    same.update(session_data=store.encode(held))
                else:
                    same.delete()


def forget_other_addresses(apps, schema_editor):
    known = apps.get_model("account", "EmailAddress").objects
    same = known.alias(it=Lower("email"), own=Lower("user__email")).filter(it=F("own"))
    known.exclude(pk__in=same.values("pk")).delete()


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("inbox", "0005_leases"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(digest_keys, elidable=True),
        migrations.RunPython(seal_data, elidable=True),
        migrations.RunPython(forget_other_addresses, elidable=True),
    ]
