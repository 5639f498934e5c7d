"""What managers may ask of the worker: to read again, and not to wait. It does so at its next turn."""

import logging

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from inbox.chatrooms.index_batch import lock
from inbox.models import IndexedAmbassador, IndexedBrand
from inbox.queue import freshness

log = logging.getLogger(__name__)


def read_everything(brand_id: int) -> bool:
    """Have the brand's directory and all of its inboxes read as a whole, from now on.

    False where that is under way, or where the brand has no index yet.
    """
    if not IndexedBrand.objects.filter(pk=brand_id).exists() or freshness.find(brand_id).is_reading:
        return False
    with transaction.atomic():
        brand = lock(brand_id)
        brand.again_since, brand.tried_out = timezone.now(), None
        brand.save(update_fields=["again_since", "tried_out"])
        # A walk under way began before. And who was refused may be allowed by now.
        _ambassadors(brand_id).update(page=None, retry_at=None)
    log.info("Everything of brand %d is read again.", brand_id)
    return True


def retry(brand_id: int, ambassador: int) -> bool:
    """Have an ambassador that can't be read tried soon; false where there is none."""
    found = _ambassadors(brand_id).filter(ambassador=ambassador, failed_since__isnull=False)
    return bool(found.update(retry_at=None, look_at=timezone.now()))


def try_now(brand_id: int) -> None:
    """Have a brand that fails tried at the next turn; if it fails again, soon again."""
    IndexedBrand.objects.filter(pk=brand_id).update(retry_at=None, tries=0)


def _ambassadors(brand_id: int) -> QuerySet[IndexedAmbassador]:
    return IndexedAmbassador.objects.filter(brand=brand_id)
