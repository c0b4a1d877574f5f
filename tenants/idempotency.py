"""`Idempotency-Key`: the same call twice does its work once. The claim, the work and the stored answer are one transaction."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import Conflict
from tenants.models import IdempotentAnswer, Tenant

KEPT = timedelta(hours=24)
LONGEST_KEY = 200


def fingerprint(request: Request) -> str:
    """What makes two calls the same. Uploads are compared by size: their bodies differ by the boundary alone."""
    raw = request._request
    upload = (raw.content_type or "").startswith("multipart/")
    body = raw.META.get("CONTENT_LENGTH", "").encode() if upload else raw.body
    return hashlib.sha256(b"\0".join([(raw.method or "").encode(), raw.get_full_path().encode(), body])).hexdigest()


def once(tenant: Tenant, key: str, request: Request, work: Callable[[], Response]) -> Response:
    """Runs the work, or repeats the stored answer. Raises Conflict when the key was used for a different call.

    A concurrent twin waits at the unique constraint until the first has committed. Refused work leaves nothing behind.
    """
    if len(key) > LONGEST_KEY:
        raise ValidationError({"Idempotency-Key": [f"At most {LONGEST_KEY} characters."]})
    mark = fingerprint(request)
    with transaction.atomic():
        IdempotentAnswer.objects.for_tenant(tenant).filter(created_at__lt=timezone.now() - KEPT).delete()
        answer, is_new = IdempotentAnswer.objects.get_or_create(tenant=tenant, key=key, defaults={"fingerprint": mark})
        if not is_new:
            return _repeat(answer, mark)
        response = work()
        if response.status_code >= 400:
            transaction.set_rollback(True)
            return response
        answer.status, answer.body = response.status_code, _plain(response.data)
        answer.save()
    return response


def _repeat(answer: IdempotentAnswer, mark: str) -> Response:
    if answer.fingerprint != mark:
        raise Conflict("This Idempotency-Key was used for a different request.", code="idempotency_key_reused")
    return Response(answer.body, status=answer.status, headers={"Idempotency-Replayed": "true"})


def _plain(data: Any) -> Any:
    return json.loads(JSONRenderer().render(data) or b"null")
