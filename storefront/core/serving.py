"""Files sent by this process: public media, and byte ranges for players and resumed downloads.

https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import BinaryIO, cast

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.http import parse_http_date_safe
from django.views.decorators.http import require_safe
from django.views.static import serve

from storefront.core.files import is_public

#: One byte range. Several at once are answered with the whole file, as the standard allows.
ONE_RANGE = re.compile(r"bytes=[ \t]*(\d*)-(\d*)[ \t]*", re.ASCII | re.IGNORECASE)
#: No file size has more digits.
MOST_DIGITS = 18
CHUNK = 64 * 1024


def ranged(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Make a view that returns a file answer range requests."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.is_upload = True  # type: ignore[attr-defined]  # sent as it is, see spreadsheets.FormulaInjectionMiddleware
        if response.status_code == 200 and isinstance(response, FileResponse):
            _tidy(response)
            _serve_part(request, response)
        return response

    return answer


@require_safe
@ranged
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """A public file of MEDIA_ROOT. 404 for everything else, and for any spelling of its path but the plain one."""
    if not is_public(path):
        raise Http404
    return serve(request, path, document_root=str(settings.MEDIA_ROOT))


def _tidy(response: FileResponse) -> None:
    """Wagtail writes "None" where there is no encoding, which browsers do not know."""
    if response.headers.get("Content-Encoding") == "None":
        del response.headers["Content-Encoding"]


def _serve_part(request: HttpRequest, response: FileResponse) -> None:
    """Replace the whole file by the requested part, if the request names one that exists."""
    file = cast(BinaryIO, response.file_to_stream)
    if file is None or not file.seekable():
        return
    response.headers["Accept-Ranges"] = "bytes"
    asked = request.headers.get("Range", "")
    if request.method != "GET" or not asked or not _is_same_file(request, response):
        return
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    part = _range(asked, size)
    if part is None:
        return
    if not part:
        response.status_code = 416
        response.headers["Content-Range"] = f"bytes */{size}"
        response.headers["Content-Length"] = "0"
        response.streaming_content = iter(())
        return
    response.status_code = 206
    response.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    response.headers["Content-Length"] = str(len(part))
    response.streaming_content = _read_part(file, part)


def _is_same_file(request: HttpRequest, response: FileResponse) -> bool:
    """Whether If-Range, where sent, names this very file; a weak ETag or an unreadable date never does."""
    named = request.headers.get("If-Range", "").strip()
    if not named:
        return True
    if named.endswith('"'):
        return named == response.headers.get("ETag") and not named.startswith("W/")
    changed = response.headers.get("Last-Modified", "")
    return (when := parse_http_date_safe(named)) is not None and when == parse_http_date_safe(changed)


def _range(asked: str, size: int) -> range | None:
    """The requested bytes; empty if there are none such; None if it is not one range: the whole file is sent."""
    match = ONE_RANGE.fullmatch(asked)
    if match is None or any(len(number) > MOST_DIGITS for number in match.groups()):
        return None
    first, last = match.groups()
    if first:
        if last and int(last) < int(first):
            return None
        return range(int(first), min(int(last) + 1, size) if last else size)
    return range(max(size - int(last), 0), size) if last else None


def _read_part(file: BinaryIO, part: range) -> Iterator[bytes]:
    file.seek(part.start)
    left = len(part)
    while left > 0 and (chunk := file.read(min(CHUNK, left))):
        left -= len(chunk)
        yield chunk
