"""The door of the API: tokens, headers, PayPal-Request-Id, faults, and the record of what was asked."""

from __future__ import annotations

import base64
import json
import secrets
import zlib
from collections.abc import Callable
from typing import Any

from storefront.sandbox.paypal.errors import ApiError, invalid, refused
from storefront.sandbox.paypal.faults import PayPalFaults
from storefront.sandbox.paypal.shapes import check
from storefront.sandbox.paypal.state import State, shown
from storefront.sandbox.server import Handler, Request, Response

#: seconds a token lives
TOKEN_LIFE = 32_400
_URI = "https://uri.paypal.com/services"
SCOPES = {
    "payments": f"{_URI}/payments/payment",
    "refund": f"{_URI}/payments/refund",
    "disputes": f"{_URI}/disputes/read-seller",
    "webhooks": f"{_URI}/applications/webhooks",
    "vault": f"{_URI}/vault/payment-tokens/readwrite",
}
_PREFER = ("return=minimal", "return=representation")


class Api:
    """``client_id`` and ``client_secret`` are the only ones that are let in."""

    def __init__(self, state: State, faults: PayPalFaults, *, client_id: str, client_secret: str) -> None:
        self._state, self._faults = state, faults
        self.client_id, self.client_secret = client_id, client_secret
        self.scopes = set(SCOPES)
        self.requests: list[dict[str, Any]] = []

    def serve(self, act: Callable[[Request, Any], Any], *, shape: Any = None, scope: str = "payments") -> Handler:
        """A handler. ``shape``: that of the JSON body of a POST; None for a GET. What ``act`` returns is the answer; of
        a POST it is kept under its PayPal-Request-Id."""

        def handle(request: Request) -> Response:
            fault = self._faults.take(request)
            if fault is not None and (answer := self._faults.before(fault)) is not None:
                return answer
            try:
                self._check_token(request, scope)
                answer = self._run(request, act, shape)
            except ApiError as refusal:
                answer = refusal.response()
            self._record(request, answer.status)
            answer.headers.setdefault("PayPal-Debug-Id", secrets.token_hex(7))
            return self._faults.after(fault, answer) if fault is not None else answer

        return handle

    def token(self, request: Request) -> Response:
        fault = self._faults.take(request)
        if fault is not None and (answer := self._faults.before(fault)) is not None:
            return answer
        given = request.headers.get("authorization", "")
        expected = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        self._record(request, 200 if given == f"Basic {expected}" else 401)
        if given != f"Basic {expected}":
            return Response({"error": "invalid_client", "error_description": "Client Authentication failed"}, 401)
        if request.form != [("grant_type", "client_credentials")]:
            return Response({"error": "unsupported_grant_type", "error_description": "Grant Type is NULL"}, 400)
        token = f"A21AA{secrets.token_urlsafe(48)}"
        with self._state.changing():
            self._state.tokens[token] = self._state.seconds() + TOKEN_LIFE
        return Response(
            {
                "scope": " ".join(SCOPES[name] for name in sorted(self.scopes)),
                "access_token": token,
                "token_type": "Bearer",
                "app_id": "APP-80W284485P519543T",
                "expires_in": TOKEN_LIFE,
                "nonce": secrets.token_hex(8),
            }
        )

    def _check_token(self, request: Request, scope: str) -> None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or self._state.tokens.get(token, 0) <= self._state.seconds():
            refusal = ApiError(401, "INVALID_TOKEN")
            refusal.body = {"error": "invalid_token", "error_description": "Token signature verification failed"}
            refusal.body["debug_id"] = secrets.token_hex(7)
            raise refusal
        if scope not in self.scopes:
            raise ApiError(403, "NOT_AUTHORIZED", "PERMISSION_DENIED")

    def _run(self, request: Request, act: Callable[[Request, Any], Any], shape: Any) -> Response:
        if request.method == "GET":
            return self._written(act(request, None), 200)
        if request.method == "DELETE":
            act(request, None)
            return Response(b"", 204)
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise ApiError(415, "UNSUPPORTED_MEDIA_TYPE")
        try:
            body = json.loads(request.body or b"{}")
        except ValueError:
            raise invalid("/", "MALFORMED_REQUEST_JSON") from None
        if shape is not None:
            check(body, shape)
        prefer = request.headers.get("prefer", "return=minimal")
        if prefer not in _PREFER:
            raise invalid("/prefer", "INVALID_PARAMETER_VALUE")
        self._mock(request)
        key = request.headers.get("paypal-request-id", "")
        if not key:
            if "payment_source" in body:
                raise invalid("/PayPal-Request-Id", "MISSING_REQUIRED_PARAMETER")
            return self._answer(act(request, body), prefer, is_new=True)
        return self._once(f"{request.path}:{key}", request, body, prefer, act)

    def _once(self, key: str, request: Request, body: Any, prefer: str, act: Callable[[Request, Any], Any]) -> Response:
        reply = self._state.claim(key, str(zlib.crc32(request.body)))
        if reply is not None:
            return self._answer(act(request, {"_again": reply["id"]}), prefer, is_new=False)
        done = None
        try:
            done = act(request, body)
        finally:
            thing = {"fingerprint": str(zlib.crc32(request.body)), "id": done["id"]} if done else None
            self._state.finish(key, thing)
        return self._answer(done, prefer, is_new=True)

    def _answer(self, done: Any, prefer: str, *, is_new: bool) -> Response:
        is_thing = "id" in done
        if is_thing and prefer == "return=minimal":
            done = {name: done[name] for name in ("id", "status", "payment_source", "links") if name in done}
        return self._written(done, 201 if is_new and is_thing else 200)

    def _written(self, thing: Any, status: int) -> Response:
        """Written at once, under the lock: a moment later it may be another."""
        with self._state.reading():
            body = json.dumps(shown(thing) if isinstance(thing, dict) else thing).encode()
        return Response(body, status, {"Content-Type": "application/json"})

    def _mock(self, request: Request) -> None:
        """PayPal-Mock-Response: https://developer.paypal.com/tools/sandbox/negative-testing/request-headers/."""
        asked = request.headers.get("paypal-mock-response")
        if asked is not None:
            raise refused(str(json.loads(asked)["mock_application_codes"]))

    def _record(self, request: Request, status: int) -> None:
        kept = {name: request.headers[name] for name in ("paypal-request-id", "prefer") if name in request.headers}
        text = request.body.decode("utf-8", "replace")
        self.requests.append(
            {"method": request.method, "path": request.path, "headers": kept, "body": text, "status": status}
        )
