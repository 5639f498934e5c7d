"""allauth's forms that set a password: each leaves its line in the trail, with the password itself."""

from typing import Any, ClassVar

from allauth.account.forms import ChangePasswordForm, ResetPasswordKeyForm, SetPasswordForm
from django.db import transaction

from inbox import account_acts
from inbox.models import Act


class _Noted:
    act: ClassVar[Act]
    state: ClassVar[str] = ""
    user: Any

    @transaction.atomic
    def save(self) -> None:
        super().save()  # type: ignore[misc]  # of the form beside it
        account_acts.by_owner(self.user, self.act, self.state)


class ChangeForm(_Noted, ChangePasswordForm):  # type: ignore[misc]  # allauth carries no types
    act = Act.CHANGE_PASSWORD


class FirstForm(_Noted, SetPasswordForm):  # type: ignore[misc]
    act = Act.SET_PASSWORD


class LinkForm(_Noted, ResetPasswordKeyForm):  # type: ignore[misc]
    act, state = Act.SET_PASSWORD, "link"
