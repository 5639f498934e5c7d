"""allauth's forms that set a password: each leaves its line in the trail, with the password itself."""

from typing import Any, ClassVar

from allauth.account.forms import ChangePasswordForm, ResetPasswordKeyForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.db import transaction

from inbox.accounts import sign_ins
from inbox.activity import account_acts
from inbox.models import Act
from inbox.text import passwords


class _Noted:
    act: ClassVar[Act]
    state: ClassVar[str] = ""
    user: Any
    cleaned_data: Any

    def clean_password1(self) -> str:
        return passwords.in_one_form(self.cleaned_data["password1"])

    def clean_password2(self) -> str:
        return passwords.in_one_form(self.cleaned_data["password2"])

    @transaction.atomic
    def save(self) -> None:
        super().save()  # type: ignore[misc]  # of the form beside it
        account_acts.by_owner(self.user, self.act, self.state)


class ChangeForm(_Noted, ChangePasswordForm):  # type: ignore[misc]  # allauth carries no types
    """Confirm the person by the old password. A wrong one is noted as elsewhere."""

    act = Act.CHANGE_PASSWORD

    def clean_oldpassword(self) -> str:
        try:
            old: str = super().clean_oldpassword()
        except ValidationError:
            sign_ins.note_refused(sign_ins.CONFIRM, pk=self.user.pk)
            raise
        return old


class FirstForm(_Noted, SetPasswordForm):  # type: ignore[misc]
    act = Act.SET_PASSWORD


class LinkForm(_Noted, ResetPasswordKeyForm):  # type: ignore[misc]
    act, state = Act.SET_PASSWORD, "link"
