"""Answers over made-up products, kept so that a benchmark measures its reader and not this stand-in. Dropped when the shelf changes."""

from collections import OrderedDict
from collections.abc import Hashable

_MOST = 256 * 1024 * 1024


class KeptAnswers:
    """The newest answers, so many bytes of them at most."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._size = 0

    def get(self, key: Hashable) -> bytes | None:
        """The answer's data, if it is still there."""
        return self._kept.get(key)

    def keep(self, key: Hashable, data: bytes) -> bytes:
        """Keep it, and let go of the oldest."""
        self._kept[key] = data
        self._size += len(data)
        while self._size > _MOST:
            self._size -= len(self._kept.popitem(last=False)[1])
        return data
