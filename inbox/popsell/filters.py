"""Which chatrooms of an ambassador to ask for."""

from dataclasses import dataclass
from datetime import UTC, datetime

from inbox.popsell.codes import Commented, Flag, TypeChatroom


@dataclass(frozen=True)
class ChatroomFilters:
    """The filters documented under GET /chat/ambassadors/{ambassador}/chatrooms; None leaves one out.

    Names and values are documented, the forms of booleans and dates are not. Inferred: 1 and 0, which
    Laravel's validation and MySQL both take. Inferred too: a date of the shape `2023-10-06 13:41:09` in
    UTC, and that `archived=None` lists both.
    """

    archived: bool | None = None
    flag: Flag | None = None
    commented: Commented | None = None
    type_chatroom: TypeChatroom | None = None
    last_action_date_before: datetime | None = None

    def params(self) -> dict[str, str]:
        """The query's part for them; nothing where nothing is asked."""
        before = self.last_action_date_before
        values = {
            "archived": None if self.archived is None else int(self.archived),
            "flag": None if self.flag is None else int(self.flag),
            "commented": self.commented,
            "type_chatroom": None if self.type_chatroom is None else int(self.type_chatroom),
            "last_action_date_before": before and as_date(before),
        }
        return {
            f"filter[{name}]": str(value) for name, value in values.items() if value is not None
        }


ALL = ChatroomFilters()


def as_date(moment: datetime) -> str:
    """A moment as a filter names it (inferred): to the second, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
