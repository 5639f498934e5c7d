"""…/chatrooms/<chatroom>/reveal/ : a participant's e-mail address and customer id, on the record."""

from urllib.parse import urldefrag

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from inbox import access
from inbox.accounts import proofs
from inbox.chatrooms import revealing
from inbox.chatrooms.conversation import Conversation
from inbox.chatrooms.opening import open_conversation
from inbox.components import rail
from inbox.display import privacy
from inbox.popsell.resources import Ambassador
from inbox.web import requests
from inbox.web.rendering import render


@require_POST
def reveal(
    request: HttpRequest, brand_id: int, ambassador_id: int, chatroom_id: int
) -> HttpResponse:
    """Recorded first: what can't be recorded is not shown. Never in an address."""
    member = access.moderator_of(request, brand_id)
    origin = requests.origin_of(request, ambassador_id)
    shown = open_conversation(member, origin, chatroom_id)
    person = _participant(shown, request.POST.get("participant", ""))
    is_revealed = revealing.reveal(
        member,
        ambassador=ambassador_id,
        chatroom=chatroom_id,
        participant=person.id,
        is_sure=proofs.is_recent(request),
    )
    context = {"member": member, "conversation": shown, "who": person, "revealed": is_revealed}
    if not is_revealed:
        context |= {"most": revealing.MOST, "confirm": _confirmation(request, person)}
    if requests.is_htmx(request):
        return render(request, "chatroom/_revealed.html", context)
    beside = rail.beside(request, member, ambassador_id)
    back = requests.nearest_page(request)
    return render(request, "chatroom/revealed.html", {**context, "rail": beside, "back": back})


def _confirmation(request: HttpRequest, person: Ambassador) -> str:
    """Lead to the page that asks for confirmation, then back to this very button."""
    page = urldefrag(requests.came_from(request)).url
    return proofs.page(f"{page}#reveal-{person.id}")


def _participant(shown: Conversation, id_: str) -> Ambassador:
    """The requested participant; raises Http404 where there is nothing to reveal."""
    people = shown.row.chatroom.ambassadors
    person = next((one for one in people if str(one.id) == id_), None)
    if person is None or not privacy.facts(person):
        raise Http404("No such participant.")
    return person
