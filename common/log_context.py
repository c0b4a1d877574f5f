"""What every log line carries: the request's id, the business, who asks; in tasks the request that caused them, the task and the run.

A doorbell's arguments stay ids; the context travels in the message's headers (django-structlog), so that old and new code may mix.
"""

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest, HttpResponse
from structlog import contextvars

HEADER = "X-Request-ID"
_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Only these travel through the broker: neither a person's name nor an address.
TRAVELLING = frozenset({"request_id", "parent_task_id", "tenant", "run_id"})


@contextmanager
def about(**facts: Any) -> Iterator[None]:
    """Log lines inside carry these (tenant, catalog, run_id, ..); empty ones are left out."""
    with contextvars.bound_contextvars(**{name: str(value) for name, value in facts.items() if value}):
        yield


def note(**facts: Any) -> None:
    """The same until the request or task ends."""
    contextvars.bind_contextvars(**{name: str(value) for name, value in facts.items() if value})


def keep_for_the_last_line(request: HttpRequest) -> None:
    """Called at the end of the innermost middleware, while the context is whole."""
    request.log_context = contextvars.get_contextvars()  # type: ignore[attr-defined]


class RequestIdMiddleware:
    """Takes over a proxy's X-Request-ID (letters, digits, . _ - up to 64), makes one otherwise, and gives it back with the answer.

    Django writes its own line about an answer after the last middleware, when django-structlog has cleared the context: it is put back
    for that line, and cleared when the thread's next request begins.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if _ACCEPTED.fullmatch(given) else str(uuid.uuid4())
        request.META["HTTP_X_REQUEST_ID"] = request_id
        contextvars.clear_contextvars()
        response = self.get_response(request)
        note(**getattr(request, "log_context", {"request_id": request_id}))
        response[HEADER] = request_id
        return response


def only_what_may_travel(sender: Any, context: dict[str, Any], **_: Any) -> None:
    """Receiver of django-structlog's signal before a task is published."""
    for name in set(context) - TRAVELLING:
        del context[name]


def name_the_task(sender: Any, task: Any, **_: Any) -> None:
    """Receiver of django-structlog's signal when a task begins."""
    note(task=task.name)


def connect() -> None:
    """Called when Django starts."""
    from django_structlog.celery import signals

    signals.modify_context_before_task_publish.connect(only_what_may_travel, dispatch_uid="log_context")
    signals.bind_extra_task_metadata.connect(name_the_task, dispatch_uid="log_context")
