"""An answer of the shop comes in: through the importer, in one transaction, with evidence where something was written or told."""

from collections.abc import Callable

from django.db import transaction

from common.clock import database_now
from integrations.importing.categories import take_in_categories
from integrations.importing.job import ImportJob, Stopped
from integrations.importing.looking import Sight
from integrations.importing.newer import settle
from integrations.importing.products import take_in
from integrations.importing.seen import Seen
from integrations.in_step.evidence import enter, run_of_the_hour
from integrations.in_step.turns import Turn
from integrations.models import ExternalRef, RefKind
from integrations.records import StoreCategory
from tenants.actor import Actor, acting_as, current_actor


def bring_in(turn: Turn, sight: Sight, also: Callable[[], None] = lambda: None) -> None:
    """also: what is written along with it. Raises Stopped when somebody else has taken the watch over: then nothing is written."""
    turn.issues.clear()
    shelves = _new_shelves(turn.job, sight)
    with transaction.atomic():
        if not turn.lease.renew(database_now()):
            raise Stopped
        settle(turn.job, sight)
        if sight.is_quiet:
            take_in(turn.job, sight, Seen())
        else:
            _write(turn, sight, shelves)
        also()


def _new_shelves(job: ImportJob, sight: Sight) -> list[StoreCategory]:
    """All shelves of the shop where a product stands on one that we do not know; whole imports read them first."""
    wanted = {external_id for item in sight.items for external_id in item.record.category_ids}
    if not wanted:
        return []
    known = ExternalRef.objects.filter(connection=job.connection, kind=RefKind.CATEGORY, gone_at__isnull=True, external_id__among=wanted)
    return job.reader.categories() if wanted - set(known.values_list("external_id", flat=True)) else []


def _write(turn: Turn, sight: Sight, shelves: list[StoreCategory]) -> None:
    now = database_now()
    run = run_of_the_hour(turn.connection, now)
    with acting_as(Actor(current_actor().name, run_id=str(run.pk))):
        if shelves:
            take_in_categories(turn.job, shelves, now)
        outcome = take_in(turn.job, sight, Seen())
    outcome.tell(turn.job)
    enter(run, turn.connection, outcome.counts, turn.issues)
