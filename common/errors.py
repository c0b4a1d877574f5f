"""The four kinds of remote failure. Adapters (graph/errors.py and its siblings) decide the kind, the engine only obeys.

RemoteError
├── TransientError            try again later on the schedule; `retry_after` set means throttled (wait, no attempt burnt)
│   └── AmbiguousError        the answer was lost: the call may have been applied
├── PermanentError            this payload is refused; the same payload is not sent again
└── NeedsConfigurationError   a person must act (token, permission, catalog); all work on that catalog pauses
"""


class RemoteError(Exception):
    """Base of the four.

    code, subcode: the provider's numbers (None when the failure has none); fbtrace_id: Meta's trace id; retry_after: seconds;
    kind: the provider's error type; title and field: what a person should read first, and the payload field it is about.
    """

    def __init__(
        self,
        message: str,
        *,
        code: int | None = None,
        subcode: int | None = None,
        fbtrace_id: str = "",
        retry_after: float | None = None,
        kind: str = "",
        field: str = "",
        status: int | None = None,
        data: dict | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.subcode = subcode
        self.fbtrace_id = fbtrace_id
        self.retry_after = retry_after
        self.kind = kind
        self.field = field
        self.status = status
        self.data = data or {}


class TransientError(RemoteError):
    """Not now: outage, throttle (`retry_after` set), or a code nobody knows."""


class AmbiguousError(TransientError):
    """The answer was lost after the request may have reached the other side."""


class PermanentError(RemoteError):
    """Refused for what it says; sending it again unchanged is pointless."""


class NeedsConfigurationError(RemoteError):
    """Refused for who we are: token, permission, catalog or policy. Only a person can mend it."""
