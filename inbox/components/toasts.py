"""The result of a person's last act, in one sentence, with Undo where possible.

It stands on the page until the next act. The session keeps it for twenty seconds, so that pages which
are loaded meanwhile show it as well.
"""

import time
from dataclasses import asdict, dataclass

from django.http import HttpRequest
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_lazy

from inbox import context
from inbox.display import digits
from inbox.text.isolates import bdi, marked

IN_SESSION = "toast"
SECONDS = 20

WORDS = {
    "read": gettext_lazy("Marked read for %(name)s: %(names)s."),
    "read newer": gettext_lazy(
        "Marked read for %(name)s, with a newer message that had come meanwhile: %(names)s."
    ),
    "read already": gettext_lazy("This was marked read for %(name)s already: %(names)s."),
    "read unknown": gettext_lazy("Whether it is marked read for %(name)s is not known: %(names)s."),
    "archive on": gettext_lazy("Archived for %(name)s: %(names)s."),
    "archive off": gettext_lazy("Taken out of the archive for %(name)s: %(names)s."),
    "block on": gettext_lazy("Blocked for %(name)s: %(names)s."),
    "block off": gettext_lazy("Unblocked for %(name)s: %(names)s."),
    "flag 1": gettext_lazy("Flagged as to do for %(name)s: %(names)s."),
    "flag 2": gettext_lazy("Flagged as done for %(name)s: %(names)s."),
    "flag none": gettext_lazy("Flag taken away for %(name)s: %(names)s."),
    "already": gettext_lazy("This was so for %(name)s already: %(names)s."),
    "on its way": gettext_lazy(
        "Another change is on its way for %(name)s: %(names)s. Wait a moment, then look again."
    ),
    "review": gettext_lazy("Reviewed for %(name)s: %(names)s."),
    "look first": gettext_lazy(
        "Something changed meanwhile for %(name)s: %(names)s. Nothing was reviewed: look first."
    ),
    "review undone": gettext_lazy("The review is taken back for %(name)s: %(names)s."),
    "review undone, note stays": gettext_lazy(
        "The review is taken back for %(name)s: %(names)s. "
        "Its note stays, since you have begun another."
    ),
    "no_answer": gettext_lazy("Needs no answer from %(name)s: %(names)s."),
    "no_answer undone": gettext_lazy("An answer is waited for again from %(name)s: %(names)s."),
    "judge right": gettext_lazy("The anomaly is judged right for %(name)s: %(names)s."),
    "judge wrong": gettext_lazy("The anomaly is judged wrong for %(name)s: %(names)s."),
    "judge undone": gettext_lazy("The judgement is taken back for %(name)s: %(names)s."),
    "hold": gettext_lazy("Claimed: %(names)s, with %(name)s."),
    "take_over": gettext_lazy("Taken over from %(by)s: %(names)s, with %(name)s."),
    "hand_over": gettext_lazy("Handed over to %(by)s: %(names)s, with %(name)s."),
    "release": gettext_lazy("Released: %(names)s, with %(name)s."),
    "note": gettext_lazy("The note is added for %(name)s: %(names)s."),
    "no review": gettext_lazy("There was no review to take back for %(name)s: %(names)s."),
    "undone already": gettext_lazy("This was undone already for %(name)s: %(names)s."),
    "changed meanwhile": gettext_lazy(
        "%(name)s's conversation with %(names)s was changed again meanwhile by %(by)s: "
        "nothing was undone."
    ),
    "refused": gettext_lazy("This was not done for %(name)s: %(names)s. There is nothing to undo."),
    "not known": gettext_lazy(
        "It is not known whether this was done for %(name)s: %(names)s. Nothing was undone."
    ),
    "no way back": gettext_lazy("There is nothing to undo for %(name)s: %(names)s."),
}
"""Each sentence names the ambassador and the conversation: by then another one may be open."""

UNDONE = {
    *("read unknown", "on its way", "changed meanwhile", "look first"),
    *("refused", "not known", "no way back"),
}


@dataclass(frozen=True, slots=True)
class Toast:
    """A toast. `words`: a key of `WORDS`. `name`: the ambassador's. `by`: who changed it meanwhile.

    `names`: the counterpart's, as its row says them; empty where they are not known.

    `undo`: the record that Undo takes back, 0 for none. `clears`: this takes a flag away, since nobody
    knows which one there was before. `focus`: where the focus goes once this is gone.
    """

    words: str
    brand: int
    chatroom: int
    name: str
    names: str = ""
    by: str = ""
    undo: int = 0
    clears: bool = False
    focus: str = ""

    @property
    def is_done(self) -> bool:
        """Whether the act reached its goal."""
        return self.words not in UNDONE

    @property
    def said(self) -> SafeString:
        """The sentence, with each name by itself: some are written from right to left."""
        called = self.names or gettext("conversation %(number)s") % {
            "number": digits(self.chatroom)
        }
        names = format_html("<bdi>{}</bdi>", marked(called))
        alone = {"name": bdi(self.name), "names": names, "by": bdi(self.by)}
        # Our own words, escaped, and names that were escaped one by one.
        return mark_safe(conditional_escape(str(WORDS[self.words])) % alone)  # noqa: S308


def keep(request: HttpRequest, toast: Toast) -> None:
    """Keep it for the pages that this person loads next."""
    request.session[IN_SESSION] = {**asdict(toast), "at": time.time()}


def forget(request: HttpRequest) -> None:
    """Forget the last toast: another act was done that leaves none."""
    if IN_SESSION in request.session:
        del request.session[IN_SESSION]


def kept(request: HttpRequest) -> Toast | None:
    """The toast for a page of the same brand. Drops one that is too old."""
    held = dict(request.session.get(IN_SESSION, {}))
    if not held:
        return None
    passed = time.time() - held.pop("at", 0)
    try:
        toast = Toast(**held)
    except TypeError:  # another release wrote it
        toast = None
    if toast is None or toast.words not in WORDS or not 0 <= passed < SECONDS:
        forget(request)
        return None
    return toast if toast.brand == context.current().brand else None
