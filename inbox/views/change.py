"""…/chatrooms/<chatroom>/archive/, block/, flag/ : change the ambassador's side of a conversation.

Each takes the new `state`: on or off, for the flag 1 (to do), 2 (done) or none.
"""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from inbox import access
from inbox.chatrooms import acts, tokens
from inbox.components.answers import answer
from inbox.components.telling import tell
from inbox.models import Act, Activity, ChatroomFlag, Membership, Outcome
from inbox.popsell import conversations
from inbox.popsell.resources import Chatroom


@require_POST
def archive(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    return _change(request, Act.ARCHIVE, brand_id, ambassador_id, chatroom_id)


@require_POST
def block(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    return _change(request, Act.BLOCK, brand_id, ambassador_id, chatroom_id)


@require_POST
def flag(request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int) -> HttpResponse:
    return _change(request, Act.FLAG, brand_id, ambassador_id, chatroom_id)


def _change(
    request: HttpRequest, act: Act, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    token, state = request.POST.get("act", ""), request.POST.get("state", "")
    claim = tokens.read(member, token, ambassador=ambassador_id, chatroom=chatroom_id)
    if (act, state) not in acts.CHANGES or not claim.participant:
        raise BadRequest(_("There is no such change."))
    words, done = _changed(member, claim, act, state)
    return answer(request, member, claim, tell(request, member, claim, words, undoes=done))


def _changed(
    member: Membership, claim: tokens.Claim, act: Act, state: str
) -> tuple[str, Activity | None]:
    """Bring the state about, unless it is so; what to tell, and the record that can be undone."""
    since = acts.last_change(claim, act)
    before = _state(member, claim, act)
    if before != state:
        result = acts.change(member, claim, act, state, since)
        if result.failure:
            raise result.failure
        if result.sent:
            # What may have been so before is not undone: of a flag, the words say what Undo does.
            is_known = before is not None or act == Act.FLAG
            return f"{act} {state}", result.activity if is_known else None
        if _state(member, claim, act) != state:
            return "on its way", None
    return "already", _pressed_before(member, claim, act, state)


def _pressed_before(
    member: Membership, claim: tokens.Claim, act: Act, state: str
) -> Activity | None:
    """The member's own act of a moment ago, which is the same where they pressed twice."""
    moment = timezone.now() - acts.IN_PROGRESS
    newest = Activity.objects.filter(pk=acts.last_change(claim, act), member=member)
    return newest.filter(state=state, finished__gt=moment).first()


def _state(member: Membership, claim: tokens.Claim, act: Act) -> str | None:
    """What is set now: the flag as last set here, the rest as Popsell tells; None where unknown."""
    if act == Act.FLAG:
        return _flag(member, claim)
    version = acts.last_finished(member.brand_id, claim.ambassador)
    read = conversations.attempt(
        lambda: conversations.chatroom(member.brand_id, claim.chatroom, version=version)
    )
    is_so_now = read.reading is not None and read.reading.failure is None
    rooms = read.reading.page.data if read.reading and is_so_now else ()
    pivots = [
        pivot
        for room in rooms
        if isinstance(room, Chatroom)
        for person in room.ambassadors
        if person.id == claim.participant
        for pivot in person.chatroom_pivot_data
    ]
    values = [pivot.archived if act == Act.ARCHIVE else pivot.is_blocked for pivot in pivots]
    value = values[0] if len(values) == 1 else None
    return None if value is None else ("on" if value else "off")


def _flag(member: Membership, claim: tokens.Claim) -> str | None:
    """The flag as last set here; not known where another may have arrived since, unanswered."""
    side = {
        "brand": member.brand,
        "chatroom": claim.chatroom,
        "participant": claim.participant,
    }
    known = ChatroomFlag.objects.filter(**side).first()
    tried = Activity.objects.filter(**side, act=Act.FLAG, outcome=Outcome.UNKNOWN)
    if known is None or tried.filter(started__gte=known.flagged).exists():
        return None
    return str(known.flag or "none")
