"""The same password, however a keyboard composes its letters: it is kept in one form, NFKC.

What was set before that was kept as it was typed, and still signs in.
"""

from typing import Any
from unicodedata import normalize

from django.contrib.auth import password_validation

LONGEST = 1000  # characters: to put marks in order takes the square of their number


def in_one_form(password: str) -> str:
    """The password in its stored form; one that nobody types stays as it is."""
    return password if len(password) > LONGEST else normalize("NFKC", password)


def forms(password: str) -> tuple[str, ...]:
    """The possible stored forms of a password, the usual one first."""
    return tuple(dict.fromkeys((in_one_form(password), password)))


class _AsKept:
    """Judges what is kept: other forms of a common password are as common."""

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(in_one_form(password), user)  # type: ignore[misc]  # of the class beside it


class UserAttributeSimilarityValidator(
    _AsKept, password_validation.UserAttributeSimilarityValidator
):
    pass


class MinimumLengthValidator(_AsKept, password_validation.MinimumLengthValidator):
    pass


class CommonPasswordValidator(_AsKept, password_validation.CommonPasswordValidator):
    pass


class NumericPasswordValidator(_AsKept, password_validation.NumericPasswordValidator):
    pass
