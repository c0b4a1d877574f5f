"""A look at the hooks in a shop: compared with what is wanted, and mended. Network between small writes; one worker per shop.

What is refused about hooks never blocks a shop: that a key may only read is no reason to stop reading. It stands in `problem`, and changes
then come by the schedule. A shop that was said to have changed, or to have removed our app, is first asked who it is: that may block it.
"""

import logging
import random
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError

from common.clock import database_now
from common.encrypted_field import DecryptionError
from common.errors import NeedsConfigurationError, RemoteError, TransientError
from common.lease import Lease, claim
from common.redaction import clean_error_text
from common.retry import store_delay
from integrations.connecting.blocking import block
from integrations.connecting.describing import describe_if_stale
from integrations.models import Signature, StoreConnection, StoreHooks
from integrations.providers import adapter_for
from integrations.providers.base import StoreAdapter
from integrations.providers.hooks import Hook, ShopHooks
from integrations.runs import refusal
from integrations.runs.ending import said
from integrations.runs.evidence import keep_learnt
from integrations.webhooks.asking import new_secret
from integrations.webhooks.doubts import look_into
from integrations.webhooks.planning import Plan, Wanted, plan_for
from integrations.webhooks.reaching import path_to, why_not

logger = logging.getLogger("webhooks")
AT_LEAST_EACH = timedelta(hours=24)
BY_SCHEDULE = "Until then changes come by the schedule."
TRIED_AGAIN = "It is tried again by itself; until then changes come by the schedule."
BROKE = "It stopped unexpectedly; the log of this time tells more."
NO_HOOKS = "This kind of shop tells nothing by itself: changes come by the schedule."


class _TakenOver(Exception):
    """Another worker has the row by now."""


def keep_webhooks(connection_pk: int) -> None:
    """The worker's part. Does nothing while another worker is at it, or while the shop is not to be called."""
    hooks = StoreHooks.objects.defer("secret", "old_secret").filter(connection_id=connection_pk).first()
    lease = claim(StoreHooks, hooks.pk, database_now()) if hooks else None
    if hooks is None or lease is None:
        return
    try:
        connection = StoreConnection.objects.select_related("tenant").filter(pk=connection_pk).first()
        if connection is not None and not refusal(connection):
            _look(connection, hooks, lease)
    except DecryptionError as error:
        _note(hooks, problem=str(error), due_at=database_now() + AT_LEAST_EACH)
    except _TakenOver:
        return
    finally:
        lease.release()


def _look(connection: StoreConnection, hooks: StoreHooks, lease: Lease) -> None:
    adapter = adapter_for(connection)
    try:
        if _is_shut_out(connection, adapter):
            return
        problem, next_look = _seen_to(connection, hooks, adapter.hooks, lease)
    except RemoteError as error:
        _note_failure(hooks, error)
    except (_TakenOver, DecryptionError, OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("The look at the webhooks of %s broke.", hooks.connection_id)
        _note_failure(hooks, TransientError(BROKE))
    else:
        _note(hooks, problem=problem, checked_at=database_now(), due_at=next_look, tries=0)
    keep_learnt(connection, adapter.learnt())


def _is_shut_out(connection: StoreConnection, adapter: StoreAdapter) -> bool:
    """Whoever has said that the shop has changed, or that our app was removed, may have lied: the shop is asked, and only what it answers
    blocks it."""
    try:
        describe_if_stale(connection, adapter, database_now())
    except NeedsConfigurationError as error:
        block(connection, said(error))
        return True
    return False


def _seen_to(connection: StoreConnection, hooks: StoreHooks, shop: ShopHooks | None, lease: Lease) -> tuple[str, datetime | None]:
    """What is in the way of hooks, in words, "" for nothing; and when to look next."""
    if shop is None:
        return NO_HOOKS, None
    tomorrow = database_now() + AT_LEAST_EACH
    why = shop.obstacle or why_not(settings.PUBLIC_BASE_URL, shop_url=shop.shop_url)
    if why and connection.use_webhooks:
        return f"{why} {BY_SCHEDULE}", tomorrow
    _mend(connection, hooks, shop, lease)
    return "", tomorrow


def _mend(connection: StoreConnection, hooks: StoreHooks, shop: ShopHooks, lease: Lease) -> None:
    """What is entered is written down at once: by its id we know later that its secret is ours."""
    _need_a_secret(hooks)
    path = path_to(connection.provider, connection.pk)
    wanted = Wanted(shop.topics if connection.use_webhooks else (), f"{settings.PUBLIC_BASE_URL}{path}", path)
    known = {str(one["id"]) for one in hooks.registered} if hooks.shop_address == connection.address else set()
    plan = plan_for(shop.found(), wanted, known)
    if hooks.signature != Signature.RIGHT:
        look_into(hooks, shop, lost=not known <= {hook.id for hook in (*plan.fine, *plan.delete)})
        plan.mend, plan.fine = [*plan.fine, *plan.mend], []  # Perhaps somebody has given them another secret.
    hooks.address, hooks.shop_address = wanted.address, connection.address
    ours = list(plan.fine)
    _keep(hooks, [*ours, *plan.delete])
    for hook in _steps(plan, wanted, hooks, shop, lease):
        ours.append(hook)
        _keep(hooks, [*ours, *plan.delete])
    for hook in plan.delete:
        _renew(lease)
        shop.delete(hook)
    _keep(hooks, ours)


def _need_a_secret(hooks: StoreHooks) -> None:
    """One that cannot be decrypted any more is replaced, and every hook gets the new one."""
    try:
        if hooks.secret:
            return
    except DecryptionError:
        pass
    hooks.secret, hooks.registered = new_secret(), []
    StoreHooks.objects.filter(pk=hooks.pk).update(secret=hooks.secret, registered=[])


def _steps(plan: Plan, wanted: Wanted, hooks: StoreHooks, shop: ShopHooks, lease: Lease) -> Any:
    """Mends and enters, one after the other."""
    for hook in plan.mend:
        _renew(lease)
        shop.mend(hook, hooks.secret)
        yield hook
    for topic in plan.create:
        _renew(lease)
        yield shop.create(topic, wanted.address, hooks.secret)


def _renew(lease: Lease) -> None:
    if not lease.renew(database_now()):
        raise _TakenOver


def _keep(hooks: StoreHooks, ours: list[Hook]) -> None:
    registered = [{"id": hook.id, "topic": hook.topic} for hook in ours if hook.id]
    values = {"address": hooks.address, "shop_address": hooks.shop_address, "registered": registered}
    StoreHooks.objects.filter(pk=hooks.pk).update(**values)


def _note_failure(hooks: StoreHooks, error: RemoteError) -> None:
    """Time may heal it: tried again soon, a few times. Otherwise a person reads it, and the next look tries again."""
    tries = hooks.tries + 1
    soon = store_delay(tries, random.random()) if isinstance(error, TransientError) else None  # noqa: S311 - spreads load, guards nothing
    asked = timedelta(seconds=min(error.retry_after or 0, 3_600))
    words = clean_error_text(f"{error.message} {error.data.get('remedy') or ''}".strip(), 1_500)
    end = BY_SCHEDULE if isinstance(error, NeedsConfigurationError) else TRIED_AGAIN
    logger.info("The webhooks of %s could not be looked after: %s", hooks.connection_id, error.kind or type(error).__name__)
    now = database_now()
    _note(hooks, problem=f"{words} {end}", checked_at=now, due_at=now + max(soon or AT_LEAST_EACH, asked), tries=tries if soon else 0)


def _note(hooks: StoreHooks, **values: Any) -> None:
    """due_at only where nobody has asked for another look meanwhile."""
    due_at = values.pop("due_at")
    row = StoreHooks.objects.filter(pk=hooks.pk)
    row.update(**values)
    row.filter(due_at=hooks.due_at).update(due_at=due_at)
