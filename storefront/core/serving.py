"""Files sent by this process: public media, and whole files or parts of them for whoever plays, seeks or resumes.

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

#: One range of bytes. Several at once are answered with the whole file, as the standard allows.
ONE_RANGE = re.compile(r"bytes=[ \t]*(\d*)-(\d*)[ \t]*", re.ASCII | re.IGNORECASE)
#: More digits than any file has; longer numbers would only cost time.
MOST_DIGITS = 18
CHUNK = 64 * 1024


def ranged(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view that answers with a file, made to answer with a part of it when one is asked for."""

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
    """A public file of MEDIA_ROOT. 404 for everything else, and for every spelling of its path but the plain one."""
    if not is_public(path):
        raise Http404
    return serve(request, path, document_root=str(settings.MEDIA_ROOT))


def _tidy(response: FileResponse) -> None:
    """Wagtail writes "None" where there is no encoding, which is none that a browser knows."""
    if response.headers.get("Content-Encoding") == "None":
        del response.headers["Content-Encoding"]


def _serve_part(request: HttpRequest, response: FileResponse) -> None:
    """Turn the whole file into the part of it that the request asks for, if it asks for one that can be had."""
    file = cast(BinaryIO, response.file_to_stream)
    if file is None or not file.seekable():
        return
    response.headers["Accept-Ranges"] = "bytes"
    asked = request.headers.get("Range", "")
    if request.method != "GET" or not asked or not _is_same_file(request, response):
        return
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    wanted = _range(asked, size)
    if wanted is None:
        return
    if not wanted:
        response.status_code = 416
        response.headers["Content-Range"] = f"bytes */{size}"
        response.headers["Content-Length"] = "0"
        response.streaming_content = iter(())
        return
    response.status_code = 206
    response.headers["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    response.headers["Content-Length"] = str(len(wanted))
    response.streaming_content = _part(file, wanted)


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
    """The bytes asked for; empty: there are none such; None: not one range, so the whole file is sent."""
    match = ONE_RANGE.fullmatch(asked)
    if match is None or any(len(number) > MOST_DIGITS for number in match.groups()):
        return None
    first, last = match.groups()
    if first:
        if last and int(last) < int(first):
            return None
        return range(int(first), min(int(last) + 1, size) if last else size)
    return range(max(size - int(last), 0), size) if last else None


def _part(file: BinaryIO, wanted: range) -> Iterator[bytes]:
    file.seek(wanted.start)
    left = len(wanted)
    while left > 0 and (chunk := file.read(min(CHUNK, left))):
        left -= len(chunk)
        yield chunk
