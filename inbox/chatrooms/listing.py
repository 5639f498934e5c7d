"""A page of an ambassador's inbox as a place: its member, its query and its addresses."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse

from inbox.chatrooms import query as queries
from inbox.chatrooms.query import EVERYTHING, Query
from inbox.display.people import first_name
from inbox.models import Membership
from inbox.popsell.resources import Ambassador


def inbox_address(
    brand_id: int, ambassador_id: int, page: int = 1, query: Query = EVERYTHING
) -> str:
    return reverse("inbox", args=[brand_id, ambassador_id]) + queries.build(page, query)


def list_address(
    brand_id: int, ambassador_id: int, page: int = 1, query: Query = EVERYTHING
) -> str:
    """The address of the list that a query is about: an inbox, or what needs attention."""
    if query.is_brand_wide:
        return reverse("attention", args=[brand_id]) + queries.build(1, query)
    return inbox_address(brand_id, ambassador_id, page, query)


@dataclass(frozen=True, slots=True)
class Origin:
    """The list that an act was pressed in, for its answer.

    `chatroom`: the one open as a conversation beside it, if any.
    """

    ambassador: int
    page: int = 1
    query: Query = EVERYTHING
    chatroom: int | None = None

    @property
    def narrows(self) -> bool:
        """Whether it shows less than a whole inbox, so an act may remove a row."""
        return self.query.narrows


@dataclass(frozen=True)
class Listing:
    """One page of an ambassador's inbox under a query, as a member looks at it."""

    member: Membership
    ambassador: Ambassador
    page: int
    query: Query = EVERYTHING

    @cached_property
    def path(self) -> str:
        """The address of the inbox, without its query."""
        return inbox_address(self.member.brand_id, self.ambassador.id)

    @cached_property
    def suffix(self) -> str:
        """The end of this page's address, and of a conversation's beside it."""
        return queries.build(self.page, self.query)

    @property
    def address(self) -> str:
        return list_address(self.member.brand_id, self.ambassador.id, self.page, self.query)

    @cached_property
    def carried(self) -> str:
        """The query, as the forms of acts carry it beside the page."""
        return urlencode(self.query.params())

    @property
    def fields(self) -> dict[str, str]:
        """The fields of a form that opens a conversation beside the same list."""
        page = {} if self.page == 1 else {"page": str(self.page)}
        return page | self.query.params()

    @cached_property
    def first_name(self) -> str:
        return first_name(self.ambassador)

    def chatroom(self, id_: int) -> str:
        """The address of a conversation, without the list that it is beside."""
        return f"{self.path}chatrooms/{id_}/"

    def with_more(self, **more: object) -> str:
        """As `suffix`, with further parameters of a conversation."""
        return queries.build(self.page, self.query, **more)
