"""A shop that is removed here forgets us as well: its hooks are taken out there, as far as it still lets us in."""

import logging
from typing import Any

from django.db import InterfaceError, OperationalError

from common.clock import database_now
from common.doorbell import ring
from common.encrypted_field import DecryptionError
from common.errors import RemoteError, TransientError
from common.lease import Lease, claim
from common.retry import store_delay
from integrations.models import HookFarewell, StoreConnection, StoreHooks
from integrations.providers import adapter_for
from integrations.webhooks.asking import FAREWELL
from integrations.webhooks.reaching import path_to

logger = logging.getLogger("webhooks")


def say_farewell(connection: StoreConnection) -> None:
    """Called in the transaction that removes the shop, before it is gone."""
    hooks = StoreHooks.objects.filter(connection_id=connection.pk, shop_address=connection.address).defer("secret", "old_secret").first()
    if hooks is None or not hooks.registered:
        return
    try:
        credentials: Any = connection.credentials
    except DecryptionError:  # Then nobody can ask the shop for anything.
        return
    letter = HookFarewell.objects.create(
        tenant_id=connection.tenant_id, provider=connection.provider, store_url=connection.store_url, shop_domain=connection.shop_domain,
        credentials=credentials, facts=connection.facts, hook_ids=[str(one["id"]) for one in hooks.registered],
        path=path_to(connection.provider, connection.pk), due_at=database_now(),
    )  # fmt: skip
    ring(FAREWELL, letter.pk)


def remove_webhooks(letter_pk: int) -> None:
    """The worker's part: removes ours, then the row. Tried for about an hour; what stays then, the shop itself gives up as it fails."""
    letter = HookFarewell.objects.defer("credentials").filter(pk=letter_pk).first()
    lease = claim(HookFarewell, letter_pk, database_now()) if letter else None
    if letter is None or lease is None:
        return
    try:
        _remove(letter, lease)
    except (OperationalError, InterfaceError):
        raise
    except TransientError:
        if _is_put_off(letter, lease):
            return
    except (RemoteError, DecryptionError) as error:
        logger.info("Hooks of a removed shop stay there: %s", type(error).__name__)
    except Exception:
        logger.exception("Removing the hooks of a removed shop broke.")
        if _is_put_off(letter, lease):
            return
    letter.delete()


def _is_put_off(letter: HookFarewell, lease: Lease) -> bool:
    """Until its next try; False when it has been tried enough."""
    delay = store_delay(letter.tries + 1, 0.0)
    if delay is None:
        return False
    HookFarewell.objects.filter(pk=letter.pk).update(tries=letter.tries + 1, due_at=database_now() + delay)
    lease.release()
    return True


def _remove(letter: HookFarewell, lease: Lease) -> None:
    gone = StoreConnection(
        tenant_id=letter.tenant_id, provider=letter.provider, store_url=letter.store_url, shop_domain=letter.shop_domain,
        credentials=letter.credentials, facts=letter.facts,
    )  # fmt: skip
    shop = adapter_for(gone).hooks
    for hook in shop.found() if shop is not None else ():
        if hook.id in letter.hook_ids and hook.address.rstrip("/").endswith(letter.path) and lease.renew(database_now()):
            shop.delete(hook)  # type: ignore[union-attr]
