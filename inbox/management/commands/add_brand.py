"""python manage.py add_brand 3 "Maison Lumière" [--time-zone Europe/Paris]"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from inbox.models import Brand
from inbox.process.collisions import once_more


class Command(BaseCommand):
    help = "Add a brand, or update its name and time zone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("brand", type=int, help="Popsell's id of the brand")
        parser.add_argument("name")
        parser.add_argument("--time-zone", help="such as Europe/Paris, which is the default")

    def handle(self, *args: Any, **options: Any) -> None:
        brand = once_more(lambda: _add(options))
        self.stdout.write(f"Brand {brand.pk}: {brand.name}, {brand.time_zone}.")


def _add(options: dict[str, Any]) -> Brand:
    """The saved brand; raises CommandError where it can't be one."""
    brand = Brand.objects.filter(pk=options["brand"]).first() or Brand(pk=options["brand"])
    brand.name = options["name"]
    brand.time_zone = options["time_zone"] or brand.time_zone
    try:
        brand.full_clean(validate_unique=False)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    # Of a known brand nothing else: the rest may have changed since it was read.
    brand.save(update_fields=None if brand._state.adding else ["name", "time_zone"])
    return brand
