"""The form in which everything that can be wrong with a shop is told, whatever its kind. Pure. Each provider has its own list."""

from dataclasses import dataclass
from typing import Any

from common.errors import RemoteError, TransientError
from integrations.providers.said import without_secrets

WAIT = "Mostly this passes by itself: try again in a few minutes. If it stays, "


@dataclass(frozen=True, slots=True)
class Trouble:
    """kind: short code; error: which of the four it is; in_passing: it comes and goes, so that a shop that has worked is asked again later.

    message and remedy may hold {address}, {status}, {minutes} and {scopes}.
    """

    kind: str
    error: type[RemoteError]
    message: str
    meaning: str
    remedy: str
    in_passing: bool = False

    def error_for(
        self, *, proven: bool = False, data: dict[str, Any] | None = None, about: dict[str, Any] | None = None, **more: Any
    ) -> RemoteError:
        """The error. proven: the shop has worked with these settings before; about: values for the words; data, more: for RemoteError."""
        error = TransientError if proven and self.in_passing else self.error
        values = {"address": "another address", "status": "?", "minutes": "?", "scopes": "a scope", **(about or {})}
        remedy = self.remedy.format_map(values)
        return error(self.message.format_map(values), kind=self.kind, data={"remedy": remedy, **(data or {})}, **more)


def told(
    trouble: Trouble,
    secrets: tuple[str, ...],
    *,
    proven: bool = False,
    said: str = "",
    status: int | None = None,
    about: dict[str, Any] | None = None,
    data: dict[str, Any] | None = None,
    retry_after: float | None = None,
) -> RemoteError:
    """The error for an answer, with nothing secret in it. about: values for its words; said: the shop's own words; retry_after: seconds."""
    data = {**(data or {}), **({"said": without_secrets(said, secrets)} if said else {})}
    values = {"status": status if status is not None else "?", **(about or {})}
    return trouble.error_for(proven=proven, data=data, about=values, status=status, retry_after=retry_after)
