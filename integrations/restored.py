"""After a restore: imports that were under way have ended (operations/restored.py), so every shop is free; schedules are made anew.

Nothing is in doubt as it is at Meta: the next import compares each shop with what is here, whatever happened in between.
"""

from django_celery_beat.models import PeriodicTask

from common.restored import Restoration
from integrations.models import StoreConnection
from integrations.schedules import TASK, entry_name, keep_entry


def set_schedules_anew(_restoration: Restoration) -> None:
    """The step of this app; runs inside the restore's transaction and makes no call."""
    shops = list(StoreConnection.objects.select_related("tenant").defer("credentials"))
    for stranger in PeriodicTask.objects.filter(task=TASK).exclude(name__in=[entry_name(shop.pk) for shop in shops]):
        stranger.delete()
    for shop in shops:
        keep_entry(shop)
