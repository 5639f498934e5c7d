"""What templates may call on a value, by name."""

from inbox.display import colleague, digits, known, tenths, visible, yes_or_no
from inbox.display.links import linked
from inbox.display.messages import (
    chatroom_type,
    discussion,
    excerpt,
    flag,
    is_low,
    is_one_to_many,
    is_picture,
    is_text,
    is_unreadable,
    kind,
    kind_icon,
    said,
    source,
)
from inbox.display.people import (
    account,
    first_name,
    handle,
    initials,
    letters,
    name,
    names,
    picture,
    presence,
    role,
    thumbnail,
    tint,
)
from inbox.display.privacy import facts
from inbox.display.sparkline import sparkline
from inbox.display.times import (
    ago,
    clock,
    dated,
    day,
    exact,
    is_date,
    lasted,
    since,
    took,
    weekday,
    when,
)
from inbox.text.isolates import alone, bdi, marked, plain
from inbox.text.spans import duration

FILTERS = {
    made.__name__: made
    for made in (
        name,
        names,
        first_name,
        colleague,
        plain,
        alone,
        bdi,
        marked,
        visible,
        handle,
        facts,
        role,
        account,
        initials,
        letters,
        tint,
        picture,
        thumbnail,
        linked,
        weekday,
        presence,
        kind,
        kind_icon,
        is_text,
        is_picture,
        said,
        digits,
        is_unreadable,
        known,
        tenths,
        sparkline,
        took,
        excerpt,
        flag,
        is_low,
        discussion,
        source,
        chatroom_type,
        is_one_to_many,
        is_date,
        ago,
        when,
        dated,
        lasted,
        clock,
        day,
        exact,
        since,
        yes_or_no,
        duration,
    )
}
"""What templates may call on a value, by name."""
