"""``/hooks/<source>/``: verify, store, answer. The worker handles the message later."""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import suppress

from django.conf import settings
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from storefront.core import clock, throttle, visitor
from storefront.gateways.errors import ConfigurationError, InvalidSignature, Unavailable
from storefront.gateways.receipts import Receipt
from storefront.inbox.receiving import TooManyWaiting, Unstorable, store
from storefront.inbox.sources import UnknownSource, source

logger = logging.getLogger(__name__)

MAX_BODY = 256 * 1024
#: Refused messages by source since this process started: the only thing a forged message can change.
refused: Counter[str] = Counter()


@csrf_exempt
@require_http_methods(["POST", "GET", "HEAD"])
@never_cache
def hook(request: HttpRequest, source: str) -> HttpResponse:
    """200 once the message is stored (a copy too); 400 if it is not authentic; 404 for an unknown source; 413 if it is
    too large; 429 when too many unproven messages wait, or, where settings.THROTTLES has ``hook-<source>``, after too
    many that were not proven; 503 when it cannot be verified or stored, so that it is sent again. Touches no session.
    GET and HEAD: see ``_presence``; GET with a query, where its company tells by that, is as POST with it as body."""
    is_query = request.method == "GET" and bool(request.META["QUERY_STRING"]) and _tells_by_query(source)
    if request.method != "POST" and not is_query:
        return _presence(source)
    body = request.META["QUERY_STRING"].encode() if is_query else _body(request, _most(source))
    if body is None:
        return HttpResponse(status=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return _take(source, body, headers, sender=visitor.throttle_key(request))


def _most(name: str) -> int:
    """The longest body (bytes) that a source sends."""
    try:
        return int(getattr(source(name), "max_body", MAX_BODY))
    except UnknownSource:
        raise Http404 from None


def _tells_by_query(name: str) -> bool:
    try:
        return bool(getattr(source(name), "is_told_by_query", False))
    except UnknownSource:
        raise Http404 from None


def _body(request: HttpRequest, most: int) -> bytes | None:
    if not fits(request.META.get("CONTENT_LENGTH"), most):
        return None
    body = request.read(most + 1)
    return None if len(body) > most else body


def fits(length: str | None, most: int) -> bool:
    """Whether a Content-Length header (bytes; absent: none) is a number of at most ``most``."""
    text = length or "0"
    # Its own length first: Python refuses to convert a number of thousands of digits.
    return text.isascii() and text.isdigit() and len(text) <= 18 and int(text) <= most


def _presence(name: str) -> HttpResponse:
    """200 for a company that tests the address before it sends anything, else 405."""
    try:
        is_asked = getattr(source(name), "is_asked_first", False)
    except UnknownSource:
        raise Http404 from None
    return HttpResponse() if is_asked else HttpResponseNotAllowed(["POST"])


def _take(name: str, body: bytes, headers: dict[str, str], *, sender: str) -> HttpResponse:
    limit = f"hook-{name}" if f"hook-{name}" in settings.THROTTLES else ""
    try:
        if limit:
            throttle.check_key(limit, sender)
        received = source(name).verify(body, headers, clock.now())
    except UnknownSource:
        raise Http404 from None
    except throttle.Throttled as exc:
        return HttpResponse(status=429, headers={"Retry-After": str(exc.retry_after)})
    except InvalidSignature as exc:
        refused[name] += 1
        _count(limit, sender)
        logger.warning("refused a message at %s: %s (%d so far)", name, exc.code or "unproven", refused[name])
        return HttpResponse(status=400)
    except Unavailable as exc:  # its proof is asked of the company itself, which does not answer
        _count(limit, sender)
        logger.warning("a message at %s cannot be verified now (%s)", name, exc.code)
        return HttpResponse(status=503)
    except ConfigurationError:
        logger.exception("messages of %s cannot be verified", name)
        return HttpResponse(status=503)
    try:
        for message in received:
            store(source=name, message=message, sender=sender)
    except TooManyWaiting:
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    except Unstorable:
        refused[name] += 1
        logger.warning("a message at %s cannot be stored", name)
        return HttpResponse(status=400)
    except OperationalError:  # the database is busy or away
        logger.exception("a message of %s could not be stored", name)
        return HttpResponse(status=503)
    return _receipt(name, body)


def _count(limit: str, sender: str) -> None:
    """A message that was not proven, under the limit of its source, if it has one."""
    with suppress(throttle.Throttled):
        if limit:
            throttle.hit_key(limit, sender)


def _receipt(name: str, body: bytes) -> HttpResponse:
    """200, with the words that the company wants to read, if it wants any."""
    write = getattr(source(name), "receipt", None)
    receipt = write(body, clock.now()) if write else Receipt()
    return HttpResponse(receipt.text, content_type=receipt.content_type, headers=dict(receipt.headers))
