"""Moments and days: how long ago, by the clock, by the calendar."""

from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, pgettext

MINUTE = timedelta(minutes=1)


def is_date(value: object) -> bool:
    return isinstance(value, datetime)


AHEAD = timedelta(minutes=5)
"""How far ahead of ours another clock may be: its times still count as just now."""


def ago(moment: datetime, *, within: bool = False) -> str:
    """How long ago, short: by the clock for half a day, then by the calendar of the brand's zone.

    A moment that lies ahead, by more than clocks differ, is told by its date. `within`: as a sentence
    says it, where a language tells a date there from one by itself.
    """
    now = timezone.now()
    passed = now - moment
    if passed < -AHEAD:
        return _date(moment.astimezone(timezone.get_current_timezone()), now.year, within)
    if passed < timedelta(minutes=1):
        return gettext("just now")
    if passed < timedelta(hours=1):
        return gettext("%(n)s min ago") % {"n": passed.seconds // 60}
    hours = gettext("%(n)s h ago") % {"n": passed.seconds // 3600}
    if passed < timedelta(hours=12):
        return hours
    zone = timezone.get_current_timezone()
    return _day(moment, now.astimezone(zone).date(), zone, get_language(), within) or hours


def ticking() -> str:
    """What a script needs to say it while time passes, since a computer's own clock may be wrong.

    What time it is, in milliseconds; then seconds, moments, minutes and hours, with {n} for n.
    """
    return f"{timezone.now().timestamp() * 1000:.0f}|{_ticking_words(get_language())}"


@lru_cache(8)
def _ticking_words(_language: str | None) -> str:
    texts = (
        gettext("%(n)s s ago"),
        gettext("just now"),
        gettext("%(n)s min ago"),
        gettext("%(n)s h ago"),
    )
    return "|".join(text % {"n": "{n}"} if "%" in text else text for text in texts)


@lru_cache(4096)
def _day(
    moment: datetime, today: date, zone: tzinfo, _language: str | None, within: bool = False
) -> str:
    """The day as seen from today; nothing for today itself."""
    local = moment.astimezone(zone)
    days = (today - local.date()).days
    if days == 0:
        return ""
    if days == 1:
        return gettext("yesterday")
    if 0 < days < 7:  # noqa: PLR2004 - a week
        return _told(local, pgettext("format of a date", "D"))
    return _date(local, today.year, within)


def _date(local: datetime, this_year: int, within: bool) -> str:
    """The date, with its year where that is another one."""
    short, long = pgettext("format of a date", "j M"), pgettext("format of a date", "j M Y")
    day = _told(local, short if local.year == this_year else long)
    return pgettext("within a sentence", "%(date)s") % {"date": day} if within else day


def exact(moment: datetime | None) -> str:
    """The date and the time in the brand's zone; unknown is a dash."""
    if not isinstance(moment, datetime):
        return "–"
    minute = moment.replace(second=0, microsecond=0)
    return _exact(minute, timezone.get_current_timezone(), get_language())


@lru_cache(4096)
def _exact(minute: datetime, zone: tzinfo, _language: str | None) -> str:
    local = minute.astimezone(zone)
    text = _told(local, pgettext("format of a date", "j M Y, H:i"))
    return f"{text}{_which_time(local)} ({zone})"


def _told(value: date, form: str) -> str:
    """The date in this form; the first day of a month as the language has it, "1er" in French."""
    if value.day == 1:
        first = "".join(f"\\{letter}" for letter in pgettext("first day of a month", "1"))
        form = form.replace("j", first)
    return str(date_format(value, form))


def _which_time(local: datetime) -> str:
    """Which of two it is, in the night when clocks go back and an hour comes twice; else nothing."""
    offsets = {local.replace(fold=fold).utcoffset() for fold in (0, 1)}
    if len(offsets) == 1:
        return ""
    name = local.tzname() or ""
    return f" {name}" if name.isalpha() else f" UTC{name}"


def _stamp(moment: datetime) -> str:
    """The moment for machines: nobody needs it finer than to the second."""
    return moment.isoformat(timespec="seconds")


def when(moment: datetime | None, *, within: bool = False) -> SafeString | str:
    """How long ago, with the exact time on hover and for machines; unknown is a dash.

    `within`: as a sentence says it.
    """
    if not isinstance(moment, datetime):  # a template turns a missing attribute into ""
        return "–"
    text = ago(moment, within=within)
    # All three are made here, of digits and our own words.
    return mark_safe(  # noqa: S308
        f'<time datetime="{_stamp(moment)}" title="{exact(moment)}">{text}</time>'
    )


def lasted(since: datetime | None) -> SafeString | str:
    """How long it has lasted, with its beginning on hover and for machines; unknown is a dash."""
    if not isinstance(since, datetime):
        return "–"
    # No script makes it "ago": it says how long it was when the page was drawn.
    return mark_safe(  # noqa: S308 - as above
        f'<time class="dated" datetime="{_stamp(since)}" title="{exact(since)}">{span(since)}</time>'
    )


def span(since: datetime) -> str:
    """How long it has lasted, in words: minutes, hours and minutes, or days and hours.

    No line ends within it.
    """
    return _span(timezone.now() - since).replace(" ", "\u00a0")


def took(time: timedelta | None) -> str:
    """The same of a time that is over, at least a minute; unknown is a dash."""
    return "–" if time is None else _span(max(time, MINUTE)).replace(" ", "\u00a0")


def _span(time: timedelta) -> str:
    minutes = max(time // MINUTE, 0)
    hours, days = minutes // 60, minutes // 1440
    if not hours:
        return gettext("%(n)s min") % {"n": minutes}
    if not days:
        return gettext("%(hours)s h %(minutes)02d") % {"hours": hours, "minutes": minutes % 60}
    return gettext("%(days)s d %(hours)s h") % {"days": days, "hours": hours % 24}


def dated(moment: datetime | None) -> SafeString | str:
    """The date and the time, with the zone on hover; unknown is a dash."""
    if not isinstance(moment, datetime):
        return "–"
    text = exact(moment)
    short = text.rpartition(" (")[0]
    return mark_safe(  # noqa: S308 - as above
        f'<time class="dated" datetime="{_stamp(moment)}" title="{text}">{short}</time>'
    )


def weekday(day: date | None, *, on_paper: bool = False) -> str:
    """A day as a heading: today, yesterday, else its name and date.

    `on_paper`: as it stays true.
    """
    if day is None:
        return "–"
    return _weekday(day, None if on_paper else timezone.localdate(), get_language())


@lru_cache(1024)
def _weekday(day: date, today: date | None, _language: str | None) -> str:
    if today is None:
        return capfirst(_told(day, "l j F Y"))
    near = {0: gettext("Today"), 1: gettext("Yesterday")}.get((today - day).days)
    return near or capfirst(_told(day, "l j F" if day.year == today.year else "l j F Y"))


def clock(moment: datetime | None) -> str:
    """The time of day in the brand's zone."""
    if not isinstance(moment, datetime):
        return "–"
    local = timezone.localtime(moment)
    return f"{local:%H:%M}{_which_time(local)}"


def calendar_day(date: date) -> str:
    """A day of the calendar, without a zone."""
    return _told(date, pgettext("format of a date", "j M Y"))


def day(date: date) -> SafeString:
    """The same, for machines too."""
    text = calendar_day(date)
    return format_html('<time class="dated" datetime="{}">{}</time>', date.isoformat(), text)


def since(moment: datetime | None) -> SafeString | str:
    """Since when, within a sentence: the time where that is today, else the date as well."""
    if not isinstance(moment, datetime):
        return "–"
    local = timezone.localtime(moment)
    text = clock(moment)
    if local.date() != timezone.localdate():
        date = exact(moment).rpartition(" (")[0]
        text = pgettext("within a sentence", "%(date)s") % {"date": date}
    return mark_safe(  # noqa: S308 - as above
        f'<time class="dated" datetime="{_stamp(moment)}" title="{exact(moment)}">{text}</time>'
    )
