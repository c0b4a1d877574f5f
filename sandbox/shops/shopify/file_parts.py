"""The file of a bulk operation over HTTP: whole, or the part that is asked for, so that whoever was cut off goes on where that was.

RFC 9110, 14 (range requests). As several parts in one answer need not be given, a list of ranges is answered with the whole file.
"""

import re

from sandbox.shops.messages import ShopAnswer, ShopRequest
from sandbox.shops.shopify.bulk_state import BulkOperation

_RANGE = re.compile(r"bytes=[ \t]*(\d*)-(\d*)[ \t]*", re.IGNORECASE)


def answer_file(operation: BulkOperation, request: ShopRequest) -> ShopAnswer:
    """The file, or a part of it: 206, or 416 where nothing of the part is there."""
    size, headers = operation.size, {"Content-Type": "application/jsonl", "Accept-Ranges": "bytes"}
    # Our files have no validator, so an If-Range names another version of the file.
    part = None if request.header("If-Range") or request.method != "GET" else _part(request.header("Range"), size)
    if part is None:
        return ShopAnswer(200, headers, more=operation.blocks(0, size), more_length=size)
    start, end = part
    if start >= end:
        return ShopAnswer(416, {**headers, "Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return ShopAnswer(206, headers, more=operation.blocks(start, end), more_length=end - start)


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """(first byte, the one behind the last) of one range; None where nothing is asked for, or what is no range: that is passed over."""
    found = _RANGE.fullmatch(asked)
    first, last = (found[1], found[2]) if found else ("", "")
    if not (first or last) or (first and last and int(last) < int(first)):
        return None
    if not first:
        return (max(size - int(last), 0), size) if int(last) else (size, size)
    return int(first), min(int(last) + 1, size) if last else size
