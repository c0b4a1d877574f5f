"""Uploaded pictures, served by the application itself (with DEBUG off as well; docs/media-files.md puts a proxy or CDN in front).

Only pictures: a stray file of any other kind, a folder, and everything outside MEDIA_ROOT is not found.
"""

from pathlib import PurePosixPath

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe
from django.views.static import serve

TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif"}


@require_safe
def serve_picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """The picture with its own type, never to be guessed otherwise. Names carry a digest, so it may be kept for a year."""
    kind = TYPES.get(PurePosixPath(path).suffix.lower())
    if kind is None or "\0" in path:
        raise Http404("No such picture.")
    try:
        response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    except SuspiciousOperation as error:
        raise Http404("No such picture.") from error
    if isinstance(response, FileResponse):
        response["Content-Type"] = kind
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
