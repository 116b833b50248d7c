"""What was said to Bitrix24 and what it answered, fit to be kept: no token, no secret, nobody's name.

Bitrix24 asks for such a log: https://apidocs.bitrix24.com/market/preparing-to-publish/common-requirements.html
('must keep logs of API requests and responses for at least the last 3 days'), without personal data:
https://apidocs.bitrix24.com/settings/cloud-and-on-premise/security-recommendations.html
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from storefront.gateways.bitrix24 import values
from storefront.gateways.errors import GatewayError, Unavailable
from storefront.gateways.http import HttpResponse

_HIDDEN = "***"
_SECRET = re.compile(r"(?i)auth|auth_id|.*token.*|.*secret.*|code|refresh.*|password")
_PERSONAL = re.compile(r"(?i)(?!date_|file)(.*_)?name|.*(?:mail|phone|mobile|photo|birth|street|skype|icq).*")
#: What a token looks like inside other text, such as an error's description.
_LONG_WORD = re.compile(r"[0-9A-Za-z_.:=+-]{24,}")
_PLAIN_KEYS = frozenset({"member_id", "client_id", "handler", "HANDLER", "client_endpoint", "server_endpoint"})
_MAX_TEXT, _MAX_ITEMS, _MAX_DEPTH = 500, 50, 5


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, masked. ``status`` is HTTP's, 0 without an answer; ``fault`` says why there is none
    that could be used. ``answer`` is the decoded JSON, None if there was none."""

    host: str
    method: str
    request: Any
    status: int
    answer: Any
    fault: str
    seconds: float


Recorder = Callable[[Exchange], None]


@contextmanager
def recorded(record: Recorder, host: str, method: str, body: Mapping[str, Any]) -> Iterator[list[HttpResponse]]:
    """Give ``record`` the exchange made inside, whatever comes of it. The answer is put into the list."""
    responses: list[HttpResponse] = []
    started, fault = time.monotonic(), ""
    try:
        yield responses
    except GatewayError as exc:
        fault = exc.code or type(exc).__name__
        raise
    finally:
        status, answer = _read(responses)
        record(
            Exchange(
                host=values.authority(host), method=method, request=masked(body), status=status, answer=masked(answer),
                fault=fault or ("not_json" if answer is None else ""), seconds=time.monotonic() - started,
            )
        )  # fmt: skip


def _read(responses: list[HttpResponse]) -> tuple[int, Any]:
    if not responses:
        return 0, None
    try:
        return responses[0].status, responses[0].json()
    except Unavailable:
        return responses[0].status, None


def masked(value: Any, depth: int = 0) -> Any:
    """A copy of a decoded JSON value without secrets, people's names and anything long."""
    if depth > _MAX_DEPTH:
        return _HIDDEN
    if isinstance(value, Mapping):
        return {str(key)[:64]: _entry(str(key), value[key], depth) for key in list(value)[:_MAX_ITEMS]}
    if isinstance(value, list | tuple):
        return [masked(item, depth + 1) for item in value[:_MAX_ITEMS]]
    if isinstance(value, str):
        return _LONG_WORD.sub(_HIDDEN, value[:_MAX_TEXT])
    return value if value is None or isinstance(value, bool | int | float) else _HIDDEN


def _entry(key: str, value: Any, depth: int) -> Any:
    if key in _PLAIN_KEYS and isinstance(value, str):
        return value[:_MAX_TEXT]
    is_text = isinstance(value, str | int) and not isinstance(value, bool)
    if is_text and (_SECRET.fullmatch(key) or _PERSONAL.fullmatch(key)):
        return _HIDDEN if value != "" else ""
    return masked(value, depth + 1)
