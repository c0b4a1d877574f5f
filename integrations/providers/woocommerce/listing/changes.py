"""Products that were changed since a moment. WooCommerce dates every save, order and change of a variation, but nothing written by SQL.

`modified_after` means what it says only as UTC without an offset and with `dates_are_gmt`: with an offset it is shifted by the shop's time
zone, without the flag it is the shop's own time. It is strict and knows whole seconds: whoever asks goes back some minutes.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.providers.reading import read_utc
from integrations.providers.woocommerce.answering.words import trouble
from integrations.providers.woocommerce.listing.lists import Lists, Row, Window
from integrations.providers.woocommerce.listing.living import FIELDS
from integrations.providers.woocommerce.listing.walking import Place

LONG_BEFORE = timedelta(days=1)  # More than any time zone is wrong by.


def changed_window(lists: Lists, since: datetime, cursor: Any) -> Window:
    """The next window of products changed after `since` (UTC), by number. Raises one of the four errors; Permanent, too, where the shop
    sends its whole list whatever is asked (very old versions, plugins, caches): that is noticed by the first window."""
    after = since.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    params = {"status": "any", "modified_after": after, "dates_are_gmt": "true", **FIELDS}
    window = lists.window("products", "products", params, Place.load(cursor))
    if cursor is None and any(_is_older(row, since - LONG_BEFORE) for row in window.rows):
        raise trouble("dates_ignored").error_for(proven=True)
    return window


def _is_older(row: Row, moment: datetime) -> bool:
    try:
        changed = read_utc(row.get("date_modified_gmt"))
    except ValueError:
        return False
    return changed is not None and changed < moment
