"""The order of messages in a page."""

from inbox.popsell.resources import Message, Page


def is_oldest_first(page: Page[Message]) -> bool:
    """Whether the page shows that newest first was asked for in vain.

    The minus of `sort=-date_insert` is inferred: where it was ignored, the newest are on the last
    page. A page that can't tell, of one message or of one moment, counts as in order.
    """
    known = [one for one in page.data if isinstance(one, Message)]
    dates = [one.date_insert for one in known if one.date_insert]
    if dates and dates[0] != dates[-1]:
        return dates[0] < dates[-1]
    ids = [one.id for one in known if one.id]
    return bool(ids) and ids[0] < ids[-1]
