"""The codes that Popsell documents, each an enum that cites where."""

from enum import IntEnum, StrEnum


class TypeMessage(IntEnum):
    """`type_message`, documented under POST …/read."""

    TEXT = 0
    PICTURE = 1
    RATING = 2
    PRODUCT = 3
    CONNECTION = 4
    REQUEST = 5
    UNAVAILABLE = 6
    VIDEO = 7
    EMAIL = 8
    MISSED = 9


class TypeChatroom(IntEnum):
    """`type_chatroom`, documented under GET …/chatrooms."""

    ONE_TO_ONE = 0
    ONE_TO_MANY = 7


class TypeDiscussion(IntEnum):
    """`type_discussion`, documented under GET …/chatrooms."""

    MEMBERS = 0
    EXTERNAL_USERS = 1
    MEMBERS_AND_EXTERNAL_USERS = 2


class Source(IntEnum):
    """`source`, documented under GET …/chatrooms; the words under GET /manager/chatrooms."""

    DIRECT = 0
    WAITING_LIST = 1
    HOT_LIST = 2


class Status(IntEnum):
    """`status`, a person's role, documented under GET /chat/ambassadors."""

    AMBASSADOR = 0
    EMPLOYEE = 1
    ADMINISTRATOR = 2
    SELLER = 3
    SHOP_MANAGER = 4
    MANAGER = 5
    EXPERT = 6
    CLIENT = 7
    TEMP = 8


MEMBERS = [role for role in Status if role not in {Status.CLIENT, Status.TEMP}]
"""The roles of a brand's own people, 0 to 6; the two others are visitors (documented)."""


class Active(IntEnum):
    """`active`, the state of an account, documented under GET /manager/ambassadors."""

    ACTIVE = 1
    UNACTIVATED = 0
    BLOCKED = -1
    UNSUBSCRIBED = -2
    UNSUBSCRIBED_BY_BRAND = -3


class Flag(IntEnum):
    """`flag` and `filter[flag]`, documented under PATCH …/flag. No answer ever holds it."""

    TO_DO = 1
    DONE = 2


class Commented(StrEnum):
    """`filter[commented]`, documented under GET …/chatrooms. What a comment is, is not."""

    COMMENTED = "commented"
    NOT_COMMENTED = "not_commented"
