"""The trail as tests ask for it."""

from django.db.models import QuerySet

from inbox.models import Act, Activity


def acts() -> QuerySet[Activity]:
    """All but viewings, which every opened conversation leaves."""
    return Activity.objects.exclude(act=Act.VIEW)


def viewings() -> QuerySet[Activity]:
    return Activity.objects.filter(act=Act.VIEW)
