"""Reading a catalog back: what is missing, extra or different is asked again by retailer_id and marked where it is wrong.

Never sends, never settles from a listing: Meta's listing may leave out, repeat or be stale. The steps: reading/.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from common.clock import database_now
from common.errors import NeedsConfigurationError, RemoteError
from common.log_context import note
from meta_integration.catalog.pause import is_callable, is_throttled, may_be_read, pause_for
from meta_integration.catalog.reading.ledger import forget_sights
from meta_integration.catalog.reading.phases import work_through
from meta_integration.catalog.reading.session import CatalogPausedError, Reading, ReadingStoppedError
from meta_integration.models import Catalog
from operations.background import at_work, hand_on
from operations.models import Run, RunKind, RunStatus
from operations.services import advance_run, finish_run, start_run

MOST_RESTS = 5
NOT_CALLABLE = "The catalog is paused or not connected."
THROTTLED = "Meta has throttled; going on when it allows"


def read_back(catalog_pk: int, *, clock: Callable[[], datetime] = database_now, **options: Any) -> Run | None:
    """Reads one catalog back here and now, under a Run of its own. options: see reading.session.Options (dry_run, allow_removals, mend).

    Returns the run (failed, with the reason, when Meta could not be read), or None when the catalog may not be called now.
    """
    catalog = _catalog(catalog_pk)
    if catalog is None or not is_callable(catalog, clock()):
        return None
    params = {"catalog": catalog.catalog_id, "catalog_pk": catalog.pk, **options}
    run = start_run(catalog.tenant, RunKind.RECONCILE, params=params, phase="reading")
    work_on(run, clock=clock, may_rest=False)
    run.refresh_from_db()
    return run


def work_on(run: Run, *, clock: Callable[[], datetime] = database_now, may_rest: bool = True, **hooks: Any) -> bool:
    """Works on a run that this worker has taken up, from its cursor on. hooks: out_of_time() and on_progress(run).

    may_rest: a failing Meta gives the run back for a minute, five times, before it fails, and one that throttles until it allows calls
    again. Returns False when the run goes on later.
    """
    catalog = _catalog(run.params.get("catalog_pk"))
    if catalog is None or not may_be_read(catalog, clock()):
        return _stop(run, clock(), may_rest=may_rest)
    note(tenant=catalog.tenant.sub_domain, catalog=catalog.catalog_id, run_id=run.pk)
    reading = Reading.of(catalog, run, clock, **hooks)
    with at_work(run):
        try:
            if not work_through(reading):
                return not hand_on(run)
        except ReadingStoppedError:
            pass  # Cancelled, or somebody else goes on with it.
        except CatalogPausedError:
            if not _stop(run, clock(), may_rest=may_rest):
                return False
        except RemoteError as error:
            if not _fail(reading, error, may_rest=may_rest):
                return False
    run.refresh_from_db()
    if not run.is_open:
        forget_sights(run)
    return True


def _stop(run: Run, now: datetime, *, may_rest: bool) -> bool:
    """The catalog is paused: what ends by itself is waited for, all else ends the run. False when it goes on later."""
    catalog = _catalog(run.params.get("catalog_pk"))
    if may_rest and catalog is not None and is_throttled(catalog, now):
        advance_run(run, done=run.done, counts=run.counts, phase=THROTTLED)
        return not hand_on(run, at_once=False)
    finish_run(run, RunStatus.FAILED, message=NOT_CALLABLE)
    return True


def _fail(reading: Reading, error: RemoteError, *, may_rest: bool) -> bool:
    """Pauses the catalog where the error says so; rests, or gives up. False when it goes on later."""
    stops = isinstance(error, NeedsConfigurationError) or error.retry_after is not None
    if stops:
        pause_for(reading.catalog, error, reading.clock())
        if may_rest and is_throttled(reading.catalog, reading.clock()):
            return _stop(reading.run, reading.clock(), may_rest=True)
    rests = reading.cursor.get("rests", 0)
    if may_rest and not stops and rests < MOST_RESTS:
        reading.cursor["rests"] = rests + 1
        with suppress(ReadingStoppedError):
            reading.save(f"Meta does not answer; going on in a minute ({rests + 1} of {MOST_RESTS})")
        return not hand_on(reading.run, at_once=False)
    finish_run(reading.run, RunStatus.FAILED, message=f"Meta could not be read: {error.message}")
    return True


def _catalog(pk: Any) -> Catalog | None:
    return Catalog.objects.select_related("tenant", "config__tenant").filter(pk=pk).first()
