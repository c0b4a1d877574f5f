"""Reading a query as PHP does: the last of several equal names wins, `name[]` makes a list, and the list's keys are renumbered."""

import re
from urllib.parse import parse_qsl, urlencode

Params = dict[str, str | list[str]]
_LIST = re.compile(r"^([^\[]+)\[\d*\]$")


def read_query(raw: str) -> Params:
    """The parameters in the order in which they first came."""
    params: Params = {}
    for name, value in parse_qsl(raw, keep_blank_values=True):
        match = _LIST.match(name)
        if match:
            known = params.get(match[1])
            params[match[1]] = [*known, value] if isinstance(known, list) else [value]
        else:
            params[name] = value
    return params


def flat(params: Params) -> list[tuple[str, str]]:
    """(name, value) pairs, lists under `name[0]`, `name[1]`: what PHP would write, whatever came in."""
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        pairs += [(f"{name}[{place}]", part) for place, part in enumerate(value)] if isinstance(value, list) else [(name, value)]
    return pairs


def with_page(address: str, params: Params, page: int) -> str:
    """The address of another page of the same list. Everything that came in goes out again, keys and signatures too."""
    return f"{address}?{urlencode(flat({**params, 'page': str(page)}))}"


def words(value: str | list[str]) -> list[str]:
    """A list parameter: `a,b` or several `name[]`."""
    parts = value if isinstance(value, list) else value.split(",")
    return [part.strip() for part in parts if part.strip()]


def text(value: str | list[str]) -> str:
    """A parameter that is to be one text."""
    return value if isinstance(value, str) else ",".join(value)
