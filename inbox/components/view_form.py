"""The form of a view: its name, and in which list it looks."""

from dataclasses import dataclass

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inbox import access
from inbox.chatrooms.query import parse_brand_wide
from inbox.components import filtering
from inbox.components.asked import Asked
from inbox.models import IndexedAmbassador, Membership, SavedView
from inbox.models.saved_views import NAME
from inbox.queue import saved_views
from inbox.queue.saved_views import MOST, Full, Taken
from inbox.text.isolates import plain
from inbox.text.spelling import has_visible

AMBASSADORS = 50
"""So many ambassadors of a brand are offered; of more only those that are chosen."""


class ViewForm(forms.Form):
    """`name`, and `team`: whether it is the team's."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=NAME)
    team = forms.BooleanField(label=gettext_lazy("For the team"), required=False)

    def clean_name(self) -> str:
        name = plain(str(self.cleaned_data["name"]))
        if not has_visible(name):
            raise forms.ValidationError(_("Give it a name."))
        return name


@dataclass(frozen=True, slots=True)
class Ambassador:
    """One that the form offers."""

    id: int
    name: str
    is_chosen: bool


def asked_in(values: QueryDict) -> Asked:
    """The list that fields, or an address, ask for: its first page."""
    return Asked(parse_brand_wide(values)).first


def form_of(view: SavedView) -> ViewForm:
    return ViewForm(initial={"name": str(view) if view.pk else "", "team": view.member_id is None})


def save(member: Membership, view: SavedView, values: QueryDict) -> ViewForm:
    """Save what was typed; returns the form, with errors where nothing was saved.

    Only managers keep the team's: what others save is their own.
    """
    form = ViewForm(values)
    if not form.is_valid():
        return form
    name = form.cleaned_data["name"]
    is_of_team = form.cleaned_data["team"] and access.keeps_team_views(member)
    asked = asked_in(values)
    view.given = view.given if is_of_team else ""
    view.name = "" if view.given and name == view.get_given_display() else name
    view.member = None if is_of_team else member
    view.query = asked.address.removeprefix("?")
    if not view.query:
        form.add_error(None, _("This is the whole list: choose something that narrows it."))
        return form
    try:
        saved_views.save(member, view)
    except Taken:
        form.add_error("name", _("A view is called so already."))
    except Full:
        told = _("There are %(number)s views already. Delete one first.") % {"number": MOST}
        form.add_error(None, told)
    return form


def offered(member: Membership, asked: Asked) -> list[Ambassador]:
    """The ambassadors that the form offers, by name; those that are chosen come first."""
    chosen = filtering.name_ambassadors(member.brand_id, asked)
    listed = IndexedAmbassador.objects.filter(brand=member.brand_id, listed__isnull=False)
    others = list(listed.exclude(ambassador__in=chosen).order_by("name", "pk")[: AMBASSADORS + 1])
    shown = others if len(others) <= AMBASSADORS else []
    named = {one.ambassador: filtering.name_of(one) for one in shown}
    return [
        *(Ambassador(id_, name, is_chosen=True) for id_, name in chosen.items()),
        *(Ambassador(id_, name, is_chosen=False) for id_, name in named.items()),
    ]
