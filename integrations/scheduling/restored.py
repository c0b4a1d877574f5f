"""After a restore: imports that were under way have ended (operations/restored.py), so every shop is free; schedules are made anew.

Nothing is in doubt as it is at Meta: the next import compares each shop with what is here, whatever happened in between.
"""

from django_celery_beat.models import PeriodicTask

from common.restored import Restoration
from integrations.in_step.watches import keep_watches
from integrations.models import HookFarewell, StoreConnection, StoreHooks, StoreWatch
from integrations.scheduling.schedules import TASK, entry_name, keep_entry


def set_schedules_anew(restoration: Restoration) -> None:
    """The step of this app; runs inside the restore's transaction and makes no call."""
    shops = list(StoreConnection.objects.select_related("tenant").defer("credentials"))
    for stranger in PeriodicTask.objects.filter(task=TASK).exclude(name__in=[entry_name(shop.pk) for shop in shops]):
        stranger.delete()
    for shop in shops:
        keep_entry(shop)
        keep_watches(shop, restoration.now)
    # Whoever held them is on another machine. The next look goes back to the one before the backup.
    StoreWatch.objects.update(due_at=restoration.now, lease_token="", lease_expires_at=None, cursor=None)


def look_at_hooks_anew(restoration: Restoration) -> None:
    """What is entered in the shops now, nobody knows: hooks that lead here get our secret again, those of another installation stay."""
    StoreHooks.objects.update(registered=[], due_at=restoration.now, tries=0, lease_token="", lease_expires_at=None)
    HookFarewell.objects.all().delete()
