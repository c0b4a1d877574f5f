"""Meta's usage headers. Pure. There is no Retry-After; the header tells minutes ("Rate Limits")."""

from collections.abc import Mapping

import orjson

DEFAULT_PAUSE_SECONDS = 300.0
LONGEST_PAUSE_SECONDS = 3600.0


def pause_seconds(headers: Mapping[str, str]) -> float:
    """Seconds to leave the catalog alone after a throttle: from X-Business-Use-Case-Usage, else five minutes; at most an hour."""
    minutes = [entry.get("estimated_time_to_regain_access") for entry in usage_entries(headers)]
    known = [float(value) for value in minutes if isinstance(value, (int, float)) and value > 0]
    return min(max(known) * 60, LONGEST_PAUSE_SECONDS) if known else DEFAULT_PAUSE_SECONDS


def highest_percentage(headers: Mapping[str, str]) -> float:
    """How much of the tightest limit is used, in percent (100 = blocked); 0 without the header."""
    names = ("call_count", "total_cputime", "total_time")
    values = [entry.get(name) for entry in usage_entries(headers) for name in names]
    return max((float(value) for value in values if isinstance(value, (int, float))), default=0.0)


def usage_entries(headers: Mapping[str, str]) -> list[dict]:
    """The entries of X-Business-Use-Case-Usage over all business ids; empty when absent or unreadable."""
    try:
        parsed = orjson.loads(headers.get("X-Business-Use-Case-Usage") or "{}")
    except orjson.JSONDecodeError:
        return []
    lists = parsed.values() if isinstance(parsed, dict) else []
    return [entry for entries in lists if isinstance(entries, list) for entry in entries if isinstance(entry, dict)]
