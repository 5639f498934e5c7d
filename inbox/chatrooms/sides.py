"""Finds the participant that stands for the ambassador in a chatroom, and that side's unread count.

The list is of an ambassador *and of their guest accounts* (documented), so the own side's id may
differ. How to recognise it is documented nowhere. The rules here are our reading.
"""

from dataclasses import dataclass, replace

from inbox.popsell.resources import Ambassador, Chatroom, Message, Pivot


@dataclass(frozen=True, slots=True)
class Sides:
    """The two sides of a chatroom, as seen from one ambassador's inbox.

    `own`: the participant who stands for the ambassador, None where none or several could.
    `others`: everybody else, or everybody where the own side is not known.
    `pivot`: the own side's state in this chatroom, None where Popsell gave none.
    """

    own: Ambassador | None
    others: tuple[Ambassador, ...]
    candidates: int
    pivot: Pivot | None


def find_sides(chatroom: Chatroom, ambassador: Ambassador) -> Sides:
    """Match the own side by id, else by customer id, else by e-mail address."""
    matches = (
        [person for person in chatroom.ambassadors if person.id == ambassador.id]
        or _same_customer(chatroom, ambassador)
        or _same_address(chatroom, ambassador)
    )
    distinct = {person.id: person for person in matches}
    own = matches[0] if len(distinct) == 1 else None
    others = tuple(person for person in chatroom.ambassadors if own is None or person.id != own.id)
    return Sides(own, others, len(distinct), _pivot(chatroom, own) if own else None)


def is_unread(chatroom: Chatroom, found: Sides, ambassador: Ambassador) -> bool | None:
    """Whether the last message waits for the own side; None where Popsell's data can't tell."""
    message = chatroom.last_message
    if message is None:
        return False
    if is_own_words(chatroom, found, ambassador):
        return False
    if found.pivot is None or message.id is None:
        return None
    last_read = found.pivot.last_read_message
    return last_read is None or message.id > last_read


def is_own_words(chatroom: Chatroom, found: Sides, ambassador: Ambassador) -> bool:
    """Whether the ambassador wrote the last message, under their own or their guest account's id."""
    author = chatroom.last_message.author if chatroom.last_message else None
    own_ids = {ambassador.id} | ({found.own.id} if found.own else set())
    return author is not None and author.id in own_ids


def _same_customer(chatroom: Chatroom, ambassador: Ambassador) -> list[Ambassador]:
    wanted = (ambassador.customer_id or "").strip()
    return [
        person
        for person in chatroom.ambassadors
        if wanted and (person.customer_id or "").strip() == wanted
    ]


def _same_address(chatroom: Chatroom, ambassador: Ambassador) -> list[Ambassador]:
    wanted = _addresses(ambassador)
    return [person for person in chatroom.ambassadors if wanted & _addresses(person)]


def _addresses(person: Ambassador) -> set[str]:
    given = (person.email, person.email_tmp)
    return {address.strip().casefold() for address in given if address and address.strip()}


def _pivot(chatroom: Chatroom, own: Ambassador) -> Pivot | None:
    """The row with two matching ids, else the only one."""
    rows = own.chatroom_pivot_data
    for row in rows:
        if row.id_chatroom == chatroom.id and row.id_ambassador == own.id:
            return row
    return rows[0] if len(rows) == 1 else None


def after_reading(chatroom: Chatroom, found: Sides, message: Message) -> Chatroom:
    """The chatroom with what POST …/read answered: that message, and the own side's pointer on it.

    A message that came later than the answered one stays, and stays unread.
    """
    if found.own is None or message.id is None:
        return chatroom
    pointer = max(message.id, (found.pivot.last_read_message or 0) if found.pivot else 0)
    pivot = found.pivot or Pivot(chatroom.id, found.own.id, None, None, None)
    own = replace(found.own, chatroom_pivot_data=(replace(pivot, last_read_message=pointer),))
    shown = chatroom.last_message
    later = shown is not None and shown.id is not None and shown.id > message.id
    return replace(
        chatroom,
        ambassadors=tuple(own if who.id == own.id else who for who in chatroom.ambassadors),
        last_message=shown if later else message,
    )
