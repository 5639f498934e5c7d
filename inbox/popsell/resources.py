"""Popsell's answers as frozen typed objects. Names are the API's own; ids lose their suffix.

Without slots, since the cache unpickles them several times as fast this way.

Every attribute may be None: the contract marks next to nothing as nullable, and next to everything is
null somewhere. None is *unknown*, never 0 or "". A code is its enum member where the contract documents
it. Otherwise it stays the number or word that came.
"""

from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from inbox.popsell.codes import Active, Source, Status, TypeChatroom, TypeDiscussion, TypeMessage
from inbox.text.spelling import has_visible

SIGN = "@\uff20\ufe6b"  # as it is, full width and small

SMALL, SMALL_TEXT = 10, 3_000  # people, their states and products; characters

T = TypeVar("T")


Unnamed = int | str
"""A code that the contract does not document, as it came."""


@dataclass(frozen=True)
class Pivot:
    """`chatroom_pivot_data[]`: one person's state in one chatroom."""

    id_chatroom: int | None
    id_ambassador: int | None
    last_read_message: int | None  # a message's id (inferred)
    is_blocked: bool | None
    archived: bool | None


@dataclass(frozen=True)
class Wording:
    """`contents[]` of a topic: its name in one language, such as fr_FR."""

    lang: str | None
    content: str | None


@dataclass(frozen=True)
class ChatTopic:
    """A topic of a brand, documented under GET /manager/chat-topics.

    Whether `LastSummary.topic` is one of these ids is documented nowhere.
    """

    id: int
    contents: tuple[Wording, ...] = ()


@dataclass(frozen=True)
class Waiting:
    """A customer in the waiting list of a brand, documented under GET /chat/waiting-list.

    An entry has no id of its own, and no date of its beginning. `user` is who waits, and `ambassador`
    the one who was asked for, or took over (inferred from the names).
    """

    user: int
    ambassador: int | None = None
    chatroom: int | None = None
    topic: int | None = None
    content: str | None = None
    date_handled: datetime | None = None
    date_update: datetime | None = None
    date_delete: datetime | None = None
    is_over: bool = False


@dataclass(frozen=True)
class Ambassador:
    """A person, in the micro form: an ambassador, a client, a visitor (documented, section 1.7)."""

    id: int
    image: str | None = None
    firstname: str | None = None
    lastname: str | None = None
    username: str | None = None
    email: str | None = None
    email_tmp: str | None = None
    active: Active | Unnamed | None = None
    status: Status | Unnamed | None = None
    online: bool | None = None
    last_action_date: datetime | None = None
    customer_id: str | None = None
    anonymized: bool | None = None
    chatroom_pivot_data: tuple[Pivot, ...] = ()

    @property
    def texts(self) -> tuple[str | None, ...]:
        return (
            *(self.image, self.firstname, self.lastname, self.username),
            *(self.email, self.email_tmp, self.customer_id),
        )

    @property
    def full_name(self) -> str:
        """First and last name, else the user name without its @, else nothing.

        What can't be seen is no name.
        """
        names = [
            part.strip() for part in (self.firstname, self.lastname) if part and has_visible(part)
        ]
        name = " ".join(filter(None, names)) or (self.username or "").strip(SIGN + " ")
        return name if has_visible(name) else ""

    def hidden_among(self, anonymized: Container[int]) -> "Ambassador":
        """This person, anonymized if their id is so anywhere in the answer."""
        is_told = self.anonymized or self.id not in anonymized
        return self if is_told else replace(self, anonymized=True)


@dataclass(frozen=True)
class Rating:
    """A rating as a message carries it, documented under POST …/ratings."""

    id: int | None
    date_insert: datetime | None
    date_update: datetime | None
    date_delete: datetime | None
    value: int | None  # stars; the request for a rating may have none yet (inferred)
    content: str | None
    id_user_rater: int | None
    id_user_rated: int | None


@dataclass(frozen=True)
class ProductImage:
    """One of a product's `images`: `content` is its address in one language."""

    id: int | None
    lang: str | None
    content: str | None


@dataclass(frozen=True)
class Product:
    """A product as a message names it, documented under POST …/messages-product."""

    id: int | None
    name: str | None
    type: str | None
    sku: str | None
    youtube_id: str | None
    url: str | None
    description: str | None
    discount_percentage: float | None
    price_catalog: float | None
    reference_unit_price: float | None
    images: tuple[ProductImage, ...]
    price: float | None
    stock: int | None
    stock_available: int | None
    old_image: str | None


@dataclass(frozen=True)
class Message:
    """One message. `rating` comes with type 2, `products` with type 3, and on some routes only.

    No page documents that GET …/messages is one of them, so both may be missing.
    """

    id: int | None
    date_insert: datetime | None
    author: Ambassador | None
    content: str | None
    type_message: TypeMessage | Unnamed | None
    status_moderation: Unnamed | None  # documented nowhere
    rating: Rating | None = None
    products: tuple[Product, ...] = ()

    def hidden_among(self, anonymized: Container[int]) -> "Message":
        """The message, with its author anonymized as a person would be."""
        author = self.author and self.author.hidden_among(anonymized)
        return self if author is self.author else replace(self, author=author)


@dataclass(frozen=True)
class LastRating:
    value: int | None
    comment: str | None


@dataclass(frozen=True)
class LastSummary:
    """The automatic summary; `anomaly` and `topic` are codes that are documented nowhere."""

    date_insert: datetime | None
    summary: str | None
    anomaly: Unnamed | None
    topic: Unnamed | None


@dataclass(frozen=True)
class Chatroom:
    """One chatroom; `last_message` comes in the list of an ambassador's chatrooms only.

    From the list of a brand's, no pivots come, and `last_summary` is unconfirmed: None tells nothing.
    """

    id: int
    ambassadors: tuple[Ambassador, ...]
    date_insert: datetime | None
    last_message_date: datetime | None
    type_chatroom: TypeChatroom | Unnamed | None
    type_discussion: TypeDiscussion | Unnamed | None
    source: Source | Unnamed | None
    established_dialogue: datetime | bool | None  # typed a date, described as true or false
    last_rating: LastRating | None
    last_summary: LastSummary | None
    last_message: Message | None

    @property
    def is_small(self) -> bool:
        """Whether a process may remember thousands of its like. Most are a fifth of that.

        What is not counted here is bounded by itself.
        """
        message, rating, summary = self.last_message, self.last_rating, self.last_summary
        people = [*self.ambassadors, *([message.author] if message and message.author else [])]
        texts = [
            message and message.content,
            rating and rating.comment,
            summary and summary.summary,
            *(text for who in people for text in who.texts),
        ]
        things = sum(len(who.chatroom_pivot_data) for who in people)
        things += len(people) + len(message.products if message else ())
        return things <= SMALL and sum(len(text) for text in texts if text) <= SMALL_TEXT


@dataclass(frozen=True)
class Confirmation:
    """The answer to an act that changes a chatroom: Popsell's own words, if any."""

    message: str | None


@dataclass(frozen=True)
class Unreadable:
    """An item of a list that can't be told from its data; `id` where at least that was there."""

    id: int | None


@dataclass(frozen=True)
class Link:
    """One of the envelope's `links`; labels are text such as `&laquo; Previous`, never HTML."""

    url: str | None
    label: str | None
    active: bool | None


@dataclass(frozen=True, eq=False)
class Page(Generic[T]):
    """The flat Laravel envelope (documented, section 1.4). Its addresses are never followed.

    Compared by identity: nobody needs to compare thousands of values.
    """

    current_page: int
    data: tuple[T | Unreadable, ...]
    first_page_url: str | None
    from_: int | None
    last_page: int
    last_page_url: str | None
    links: tuple[Link, ...]
    next_page_url: str | None
    path: str | None
    per_page: int | None
    prev_page_url: str | None
    to: int | None
    total: int | None
