"""How people get an account: the operator makes it or somebody invites them, nobody signs up."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.core.internal import ratelimit
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inbox import access, mail
from inbox.accounts import devices, issuer, proofs, sign_ins, signing_out
from inbox.accounts.one_time_links import _password_address
from inbox.chatrooms import notes
from inbox.models import Invitation, User
from inbox.process.busy import Busy
from inbox.text import passwords
from inbox.web.requests import form_page

BEGUN = "sign_in_begun"  # in the session, between the password and the code


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": gettext_lazy(
            "Too many failed tries. Try again in five minutes."
        ),
        "locked": gettext_lazy(
            "Too many failed login attempts. Try again in five minutes. Until then you get in with a "
            "browser where you signed in before, with a passkey, or with a new password that you set "
            "by a mailed link."
        ),
    }
    told_instead: ClassVar = {  # under `REQUIRE_SSO`
        "email_password_mismatch": gettext_lazy(
            "This e-mail and password don't match, or your account signs in with %(name)s."
        ),
        "locked": gettext_lazy(
            "Too many failed tries. Try again in five minutes, or sign in with %(name)s."
        ),
    }

    def validation_error(self, code: str, *given: Any) -> ValidationError:
        """As allauth's, in words that fit everybody where people sign in at the issuer."""
        if settings.REQUIRE_SSO and code in self.told_instead:
            return ValidationError(self.told_instead[code] % issuer.named(), code=code)
        error: ValidationError = super().validation_error(code, *given)
        return error

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_reset_password_from_key_url(self, key: str) -> str:
        return _password_address(*key.split("-", 1))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write in the person's own language, with links to `PUBLIC_URL`, not to the request's host."""
        person = context.get("user") or self.request.user
        language = getattr(person, "language", "") or translation.get_language()
        mail.post(self.write(template_prefix, email, context, language))

    def write(self, prefix: str, email: str, context: dict[str, Any], language: str) -> Any:
        """The mail in this language."""
        with translation.override(language):
            known = {"site": settings.PUBLIC_URL, "email": email, **context}
            return self.render_mail(prefix, email, known)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The person, or None: one query and one hash, for known and unknown addresses alike.

        A password left unchecked for lack of time is no failed try.
        """
        email = str(credentials.get("email", "")).strip().lower()
        user = User.objects.filter(email=email).first()
        self.pre_authenticate(request, email=email, device=devices.known(request, user))
        try:
            is_right = _is_right(user, str(credentials.get("password", "")))
        except Busy:
            self._rollback_login_failed_rl_usage()
            raise
        if user is None or not (is_right and user.is_active):
            sign_ins.note_refused(_way(request), proven=is_right, email=email)
            return None
        self._rollback_login_failed_rl_usage()
        return user

    def pre_authenticate(self, request: HttpRequest, *, email: str, device: str) -> None:
        """Count the try. A known browser has its own count, separate from others at its address.

        Otherwise the account and the address count. allauth would add the Host, but anybody may vary
        its port.
        """
        kind = "login_failed_known" if device else "login_failed"
        self._login_failed_rl_usage = ratelimit.consume(
            request, app="allauth.account", action=kind, key=device or email
        )
        if not self._login_failed_rl_usage:
            sign_ins.note_blocked(_way(request), email=email)
            elsewhere = not device and not request.user.is_authenticated
            raise self.validation_error("locked" if elsewhere else "too_many_login_attempts")

    def reauthenticate(self, user: User, password: str) -> bool:
        """Check the password by the sign-in address, not by other addresses of theirs."""
        found = self.authenticate(self.request, email=user.email, password=password)
        if found == user:  # the password may have a new hash by now: this browser stays signed in
            self.request.session[HASH_SESSION_KEY] = found.get_session_auth_hash()
        return found == user

    def pre_login(self, request: HttpRequest, user: User, **named: Any) -> HttpResponse | None:
        """Begin a sign-in of any kind; `login` checks again, since a code may come in between.

        Only a passkey lets deactivated people, or those who must use the issuer, get this far.
        """
        request.session[BEGUN] = _as_it_is(user)
        refused: HttpResponse | None = super().pre_login(request, user, **named)
        may_sign_in = _may_sign_in(request, user)
        if not (user.is_active and may_sign_in):
            sign_ins.note_refused(sign_ins.PASSKEY, proven=True, pk=user.pk)
        if refused is None and not may_sign_in:
            return _refuse(request, _elsewhere(), form_page(request))
        at_issuer = (named.get("signal_kwargs") or {}).get("sociallogin")
        leaving = vars(at_issuer).get("leaving") if at_issuer and refused is None else None
        signing_out.keep(request.session, leaving)
        return refused

    def login(self, request: HttpRequest, user: User) -> None:
        """Finish a sign-in, unless what ends all sessions happened since its first step."""
        begun = request.session.pop(BEGUN, "")
        if not constant_time_compare(begun, _as_it_is(user)):
            message = _(
                "Your account was changed meanwhile, so you are not signed in. Sign in again."
            )
            raise ImmediateHttpResponse(_refuse(request, message))
        if not _may_sign_in(request, user):
            raise ImmediateHttpResponse(_refuse(request, _elsewhere()))
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: User, **named: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **named)
        devices.remember(response, request, user)
        return response

    def is_reauthentication_required(self, *, app: str, **named: Any) -> bool:
        """Ask everybody: allauth skips people with neither a password nor a second factor."""
        if not proofs.is_recent(self.request):
            raise ReauthenticationRequired
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """allauth's, and the issuer for people known there. A page says so where that is all."""
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if not access.may_sign_in_here(user):
            ways = [one for one in ways if one["id"] != "reauthenticate"]
        page = {"id": "page", "description": "", "url": reverse("account_reauthenticate")}
        issuer = {"id": "sso", "description": "", "url": reverse("sso_reauthenticate")}
        at_issuer = [issuer] if proofs.accounts_at_issuer(user) else []
        return [*(ways or [page]), *at_issuer]

    def set_password(self, user: User, password: str) -> None:
        """Set it unless it was changed meanwhile: a link posted twice at once sets one password.

        Sets none for people who could not use it, in every form.
        """
        if not access.may_sign_in_here(user):
            raise ImmediateHttpResponse(redirect("account_login"))
        before = user.password
        user.set_password(password)
        known = User.objects.filter(pk=user.pk, password=before)
        if not known.update(password=user.password):
            raise ImmediateHttpResponse(HttpResponseRedirect(self.request.path))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """As `pre_authenticate` counts: a password that was set by a link clears it."""
        return str(credentials.get("email", "")).strip().lower()


def _way(request: HttpRequest) -> str:
    """The use of a password: signing in, or confirming for people who are signed in."""
    return sign_ins.CONFIRM if request.user.is_authenticated else sign_ins.PASSWORD


def _may_sign_in(request: HttpRequest, user: User) -> bool:
    return access.may_sign_in(user, get_authentication_records(request, user))


def _refuse(request: HttpRequest, message: str, page: str = "") -> HttpResponse:
    """Cancel the sign-in under way, and show the reason on its first page."""
    clear_login(request)
    signing_out.forget(request.session)
    messages.error(request, message)
    return redirect(page or "account_login")


def _elsewhere() -> str:
    return _("Your account signs in with %(name)s.") % issuer.named()


def _as_it_is(user: User) -> str:
    """A value that changes with the password, the address or signing out everywhere."""
    facts = f"{user.pk}.{user.email}.{user.browsers_forgotten}.{user.password}"
    return salted_hmac("inbox.begun", facts, algorithm="sha256").hexdigest()


def _is_right(user: User | None, password: str) -> bool:
    """Whether this is the person's password; the work is the same without a person.

    People who sign in at the issuer can't use a password: it is not even checked.
    """
    if not access.may_sign_in_here(user) or user is None:
        for form in passwords.forms(password):
            make_password(form)
        return False
    return user.check_password(password)


def end_sessions(user: User) -> None:
    """Sign the user out of every browser now, and forget their known browsers.

    This includes sessions that `purge_and_list` would forget without ending, as for a locked account.
    Those would work again after unlocking.
    """
    for session in UserSession.objects.filter(user=user):
        session.end()
    devices.forget_all(user)
    notes.forget_drafts(user)


def invited(email: str) -> QuerySet[Invitation]:
    """The invitations of this address that can be taken up now, by brand."""
    found = Invitation.usable().filter(email__iexact=email)
    return found.select_related("brand").order_by("brand_id")
