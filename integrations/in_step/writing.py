"""An answer of the shop comes in: through the importer, in one transaction, with evidence where something was written or told."""

from collections.abc import Callable

from django.db import transaction

from common.clock import database_now
from integrations.importing.job import Stopped
from integrations.importing.looking import Sight
from integrations.importing.newer import settle
from integrations.importing.products import take_in
from integrations.importing.seen import Seen
from integrations.in_step.evidence import enter, run_of_the_hour
from integrations.in_step.turns import Turn
from tenants.actor import Actor, acting_as, current_actor


def bring_in(turn: Turn, sight: Sight, also: Callable[[], None] = lambda: None) -> None:
    """also: what is written along with it. Raises Stopped when somebody else has taken the watch over: then nothing is written."""
    turn.issues.clear()
    with transaction.atomic():
        if not turn.lease.renew(database_now()):
            raise Stopped
        settle(turn.job, sight)
        if sight.is_quiet:
            take_in(turn.job, sight, Seen())
        else:
            _write(turn, sight)
        also()


def _write(turn: Turn, sight: Sight) -> None:
    run = run_of_the_hour(turn.connection, database_now())
    with acting_as(Actor(current_actor().name, run_id=str(run.pk))):
        outcome = take_in(turn.job, sight, Seen())
    outcome.tell(turn.job)
    enter(run, turn.connection, outcome.counts, turn.issues)
