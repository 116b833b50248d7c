"""Calls to PayPal's REST API: one token for many calls, and every failure in our own words.

https://developer.paypal.com/api/rest/authentication/, .../responses/
"""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from storefront.gateways.errors import (
    ConfigurationError,
    Declined,
    GatewayError,
    MissingRight,
    NotFound,
    Unavailable,
)
from storefront.gateways.http import HttpClient, HttpResponse
from storefront.gateways.json_body import decode

logger = logging.getLogger(__name__)

#: a token is renewed so long before it ends
MARGIN = timedelta(minutes=5)
#: says of a breaker that PayPal is there (``billing.breaker.NOT_AWAY``): it works on the first of two equal calls
IN_PROGRESS = "idempotency_key_in_use"


class Client:
    """``api_base`` has no trailing slash. ``clock`` returns aware UTC. Safe to share between threads."""

    def __init__(
        self, http: HttpClient, *, api_base: str, client_id: str, client_secret: str, clock: Callable[[], datetime]
    ) -> None:
        self.api_base = api_base
        self._http, self._clock = http, clock
        pair = f"{client_id}:{client_secret}".encode()
        self._basic = f"Basic {base64.b64encode(pair).decode()}"
        self._lock = threading.Lock()
        self._token, self._ends = "", clock()

    def get(self, path: str, query: Mapping[str, str] | None = None, *, right: str = "") -> dict[str, Any]:
        """``right``: what the app must be allowed for this call, as PayPal's dashboard calls it."""
        return self._call("GET", f"{path}?{urlencode(query)}" if query else path, None, {}, right)

    def post(self, path: str, body: Any, *, request_id: str = "", right: str = "") -> dict[str, Any]:
        """``request_id`` makes PayPal carry a call out once. ``body``: a value, or JSON as bytes."""
        headers = {"Prefer": "return=representation"} | ({"PayPal-Request-Id": request_id} if request_id else {})
        return self._call("POST", path, body, headers, right)

    def delete(self, path: str, *, right: str = "") -> None:
        """Answered with 204 and nothing else."""
        self._call("DELETE", path, None, {}, right)

    def authorization(self) -> dict[str, Any]:
        """PayPal's answer to our keys, asked for anew: what the app may do (``scope``), and since when it is known.

        Raises ConfigurationError if it does not know them, Unavailable.
        """
        headers = {"Authorization": self._basic}
        form = {"grant_type": "client_credentials"}
        answer = self._http.request("POST", f"{self.api_base}/v1/oauth2/token", form=form, headers=headers)
        if answer.status in (400, 401):
            raise ConfigurationError("PayPal refuses our client id and secret")
        if answer.status != 200:
            raise Unavailable(f"PayPal gives no token ({answer.status})", code="rate_limited" * (answer.status == 429))
        with readable():
            granted = dict(decode(answer.body))
            token, seconds = granted["access_token"], granted["expires_in"]
            if not isinstance(token, str) or not token.isascii() or not isinstance(seconds, int):
                raise TypeError("no token")
        self._token, self._ends = token, self._clock() + timedelta(seconds=seconds) - MARGIN
        return granted | {"date": answer.headers.get("date", "")}

    def _bearer(self, *, refused: str = "") -> str:
        """The token, renewed when its time is over, or if it is the one that was just refused. One thread asks."""
        with self._lock:
            if not self._token or self._token == refused or self._clock() >= self._ends:
                self.authorization()
            return self._token

    def _call(self, method: str, path: str, body: Any, headers: Mapping[str, str], right: str) -> dict[str, Any]:
        token = self._bearer()
        answer = self._send(method, path, body, headers, token)
        if answer.status == 401:
            answer = self._send(method, path, body, headers, self._bearer(refused=token))
        debug_id = answer.headers.get("paypal-debug-id", "")
        if not 200 <= answer.status < 300:
            failure = _failure(answer, debug_id, right)
            label = path.partition("?")[0]
            logger.warning("PayPal %s %s: %s (%s)", method, label, failure, answer.status)
            raise failure
        logger.info("PayPal %s: %d, debug id %s", method, answer.status, debug_id)
        if method == "DELETE":
            return {}
        with readable():
            value = decode(answer.body)
            if not isinstance(value, dict):
                raise TypeError("not an object")
            return value

    def _send(self, method: str, path: str, body: Any, headers: Mapping[str, str], token: str) -> HttpResponse:
        sent = {**headers, "Authorization": f"Bearer {token}"}
        return self._http.request(method, f"{self.api_base}{path}", json=body, headers=sent)


@contextmanager
def readable() -> Iterator[None]:
    """Reads an answer: one that is not what PayPal documents leaves unknown what was done."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError, ArithmeticError) as exc:
        raise Unavailable(f"PayPal's answer cannot be read ({type(exc).__name__})", code="unreadable_answer") from exc


def _failure(answer: HttpResponse, debug_id: str, right: str) -> GatewayError | ConfigurationError:
    """400 and 422 are definite, but of a call that is still being carried out; 409, 429 and 5xx leave it unknown."""
    name, issue = _words(answer)
    code = (issue or name)[:100]
    message = f"PayPal: {code or answer.status} (debug id {debug_id[:40]})"
    match answer.status:
        case 400 | 422 if code == "PREVIOUS_REQUEST_IN_PROGRESS":
            return Unavailable(message, code=IN_PROGRESS)
        case 401:
            return ConfigurationError("PayPal refuses the token that it has just given us")
        case 403 if right:
            return MissingRight(f"PayPal's app lacks the right {right}", code=right.lower(), right=right)
        case 403:
            return ConfigurationError(f"PayPal does not allow us this: {code} (debug id {debug_id[:40]})")
        case 404:
            return NotFound(message, code=code)
        case 400 | 422:
            return Declined(message, code=code)
        case 409:
            return Unavailable(message, code=IN_PROGRESS)
        case 429:
            return Unavailable(message, code="rate_limited")
    return Unavailable(message, code="server_error")


def _words(answer: HttpResponse) -> tuple[str, str]:
    """PayPal's name of an error, and the issue of its first detail."""
    try:
        body = decode(answer.body)
        details = body.get("details") or [{}]
        return str(body.get("name") or body.get("error") or ""), str(details[0].get("issue") or "")
    except (AttributeError, LookupError, TypeError, ValueError):
        return "", ""
