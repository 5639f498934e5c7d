"""accounts/sessions/ : the person's sessions, and a way to end each"""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from inbox import access
from inbox.accounts import devices, sessions, signing_in, signing_out
from inbox.web.rendering import render


@require_http_methods(["GET", "HEAD", "POST"])
def of_person(request: HttpRequest) -> HttpResponse:
    found = sessions.of_person(request)
    if request.method != "POST":
        return render(request, "usersessions/page.html", {"sessions": found})

    person = access.person(request)
    asked = request.POST.get("end", "")
    if asked == "everywhere":
        kept = signing_out.of_person(request)
        signing_in.end_sessions(person)
        logout(request)
        messages.success(request, _("You are signed out everywhere."))
        return signing_out.offer(request, kept) or redirect("account_login")

    others = [one.id for one in found if not one.here]
    ended = sessions.end(request, [id_ for id_ in others if asked in {"others", str(id_)}])
    message = ngettext("%(n)s session was ended.", "%(n)s sessions were ended.", ended) % {
        "n": ended
    }
    messages.success(request, message)
    response = redirect("usersessions_list")
    if asked == "others":
        devices.forget_all(person)
        devices.remember(response, request, person)
    return response
