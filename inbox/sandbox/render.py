"""Records to the documented JSON objects."""

from datetime import UTC, datetime, timedelta

from inbox.sandbox.catalogue import product_json
from inbox.sandbox.records import Chatroom, Message, Participant, Person, Rating, Shape, Summary

Json = dict[str, object]

RATING, PRODUCT = 2, 3
BARE_EVERY = 5
ONLINE_FOR = timedelta(minutes=5)
BUSY_EVERY = timedelta(minutes=4)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def date_text(when: datetime | None, shape: Shape) -> str | None:
    """Write a date in one of the shapes seen side by side in the reference pages."""
    if when is None:
        return None
    when = when.astimezone(UTC)
    millis = f"{when.microsecond // 1000:03d}"
    if shape == "micros":
        return f"{when:%Y-%m-%dT%H:%M:%S}.{millis}000Z"
    if shape == "space":
        return f"{when:%Y-%m-%d %H:%M:%S}.{millis}"
    return f"{when:%Y-%m-%dT%H:%M:%S}" + ("Z" if shape == "zulu" else "+00:00")


def last_action(person: Person, now: datetime) -> datetime | None:
    """Tell when someone last acted; a busy person's clock moves in steps under 5 minutes."""
    if not person.busy:
        return person.last_action
    return now - (now - EPOCH) % BUSY_EVERY


def ambassador_json(person: Person, now: datetime) -> Json:
    """Write the Ambassador micro form, documented under GET /chat/ambassadors."""
    acted = last_action(person, now)
    return {
        "id_ambassador": person.id,
        "image": person.image,
        "firstname": person.firstname,
        "lastname": person.lastname,
        "username": person.username,
        "email": person.email,
        "email_tmp": person.email_tmp,
        "active": person.active,
        "status": person.status,
        "online": acted is not None and now - acted < ONLINE_FOR,
        "last_action_date": date_text(acted, person.dates),
        "customer_id": person.customer_id,
        "anonymized": person.anonymized,
    }


def message_json(message: Message, now: datetime) -> Json:
    """Write a Message, documented under POST …/read and as `last_message`."""
    return {
        "id_message": message.id,
        "date_insert": date_text(message.date, "micros"),
        "author": ambassador_json(message.author, now),
        "content": message.content,
        "type_message": message.type,
        "status_moderation": message.moderation,
    }


def transcript_message_json(message: Message, room: Chatroom, now: datetime) -> Json:
    """Write one item documented under GET /chat/chatrooms/{chatroom}/messages.

    `rating` and `products` are documented on the routes that make them only: that this list has them
    too is inferred, and in some chatrooms it has not.
    """
    written = message_json(message, now)
    if room.id % BARE_EVERY == BARE_EVERY - 1:
        return written
    product = product_json(message.content) if message.type == PRODUCT else None
    if message.type == RATING and message.rating:
        written["rating"] = _message_rating(message, message.rating, room)
    if product:
        written["products"] = [product]
    return written


def listed_json(room: Chatroom, now: datetime) -> Json:
    """Write one item documented under GET /chat/ambassadors/{ambassador}/chatrooms."""
    last = room.last
    return {**chatroom_json(room, now), "last_message": message_json(last, now) if last else None}


def manager_chatroom_json(room: Chatroom, now: datetime) -> Json:
    """Write one item of GET /manager/chatrooms, which has no pivot and no last message.

    Its excerpt ends after `last_rating`: that it has a `last_summary` is not confirmed.
    """
    return _facts(room, [ambassador_json(seat.person, now) for seat in room.participants])


def chatroom_json(room: Chatroom, now: datetime) -> Json:
    """Write what is documented under GET /chat/chatrooms/{id}."""
    seated = [_participant(room, seat, now) for seat in room.participants]
    return {**_facts(room, seated), "last_summary": _summary(room.summary)}


def _facts(room: Chatroom, seated: list[Json]) -> Json:
    """Write what every form of a chatroom has, in the documented order."""
    last = room.last
    return {
        "id_chatroom": room.id,
        "ambassadors": seated,
        "date_insert": date_text(room.inserted, room.dates),
        "last_message_date": date_text(last.date if last else None, room.dates),
        "type_chatroom": room.type,
        "type_discussion": room.discussion,
        "source": room.source,
        "established_dialogue": _established(room.established),
        "last_rating": _rating(room.rating),
    }


def _participant(room: Chatroom, seat: Participant, now: datetime) -> Json:
    written = ambassador_json(seat.person, now)
    if seat.pivot == "absent":
        return written
    rows = [] if seat.pivot == "empty" else [_pivot(room, seat)]
    return {**written, "chatroom_pivot_data": rows}


def _pivot(room: Chatroom, seat: Participant) -> Json:
    return {
        "id_chatroom": room.id,
        "id_ambassador": seat.person.id,
        "last_read_message": seat.last_read,
        "is_blocked": seat.blocked,
        "archived": seat.archived,
    }


def _established(value: datetime | bool | None) -> str | bool | None:
    # Typed a date and described as a boolean: both are answered (documented contradiction).
    return date_text(value, "space") if isinstance(value, datetime) else value


def _rating(rating: Rating | None) -> Json | None:
    return None if rating is None else {"value": rating.value, "comment": rating.comment}


def _message_rating(message: Message, rating: Rating, room: Chatroom) -> Json:
    """Write a Rating, documented under POST /chat/chatrooms/{chatroom}/ratings."""
    date = date_text(message.date, "micros")
    return {
        "id_rating": message.id,
        "date_insert": date,
        "date_update": date,
        "date_delete": None,
        "value": rating.value,
        "content": rating.comment,
        "id_user_rater": message.author.id,
        "id_user_rated": room.mine.person.id,
    }


def _summary(summary: Summary | None) -> Json | None:
    if summary is None:
        return None
    return {
        "date_insert": date_text(summary.date, summary.dates),
        "summary": summary.text,
        "anomaly": summary.anomaly,
        "topic": summary.topic,
    }
