"""Fill the throw-away database with the cast; runs in `manage.py shell`.

Prints on its last line, as JSON, what a visitor needs: sessions by person, and an invitation.
"""

import json
import sys

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from django.http import HttpRequest

from inbox.accounts.session_engine import SessionStore
from inbox.models import User
from tests.support.cast import gather, invitation
from tests.support.clients import cookie_of, list_session, note_issuer

OURS = "allauth.account.auth_backends.AuthenticationBackend"


def main() -> None:
    call_command("migrate", verbosity=0)
    people = gather()
    sessions = {name: signed_in(user, OURS) for name, user in people.items()}
    sys.stdout.write(json.dumps({"sessions": sessions, "link": invitation(people)}))


def signed_in(user: User, backend: str, *, is_sure: bool = False) -> str:
    """The cookie of a session, as signing in would make it, and confirming oneself where `is_sure`."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = backend
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    note_issuer(session, user)
    if is_sure:
        request = HttpRequest()
        request.session = session
        record_authentication(request, user, method="password", reauthenticated=True)
    session.create()
    list_session(session, user)
    return f"{settings.SESSION_COOKIE_NAME}={cookie_of(session)}"
