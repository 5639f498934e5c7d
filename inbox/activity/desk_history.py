"""The desk's history of its own acts: which record was changed, but not its content.

Django would keep the record's name as it was then, for good: of a code, a manager's free text.
"""

import json
from collections.abc import Collection, Iterable

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from inbox.display import privacy
from inbox.models import Brand, CodeName, User
from inbox.text import spelling


def title(one: Model) -> str:
    """A masked address for a person, else the kind of record and its number."""
    if isinstance(one, User):
        return privacy.mask_address(one.email)
    return _title(type(one), one.pk)


def _title(kind: type[Model], number: object) -> str:
    return f"{kind._meta.verbose_name} {number}"


def note(user: int, changed: Iterable[Model], flag: int, message: object = "") -> list[LogEntry]:
    """Note the change as Django does, under our title."""
    text = json.dumps(message) if isinstance(message, list) else str(message)
    return [
        LogEntry.objects.create(
            user_id=user,
            content_type=ContentType.objects.get_for_model(one, for_concrete_model=False),
            object_id=str(one.pk),
            object_repr=title(one),
            action_flag=flag,
            change_message=text,
        )
        for one in changed
    ]


def naming(brand: Brand, ways: Collection[str]) -> list[LogEntry]:
    """Lines on codes of the brand that name somebody; earlier versions kept such titles."""
    codes = {str(pk) for pk in CodeName.objects.filter(brand=brand).values_list("pk", flat=True)}
    lines = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(CodeName))
    return [
        one
        for one in lines.order_by("pk").iterator()
        if one.object_id in codes and spelling.is_any_in(ways, one.object_repr)
    ]


def blank(lines: Iterable[LogEntry]) -> None:
    for one in lines:
        one.object_repr = _title(CodeName, one.object_id)
        one.save(update_fields=["object_repr"])
