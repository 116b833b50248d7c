"""The ``/v1`` calls: who asks, whether the same was asked before, whether every parameter is right, then the act."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

from storefront.sandbox.server import Request, Response
from storefront.sandbox.stripe.errors import ApiError
from storefront.sandbox.stripe.faults import Fault, StripeFaults
from storefront.sandbox.stripe.objects import API_VERSION, expanded
from storefront.sandbox.stripe.parameters import Hash, parse
from storefront.sandbox.stripe.rights import Rights
from storefront.sandbox.stripe.state import Object, State, new_id

#: (path parameters, checked parameters) -> object
Act = Callable[[dict[str, str], Object], Object]


class Api:
    def __init__(self, state: State, faults: StripeFaults, rights: Rights, *, api_key: str) -> None:
        self._state = state
        self._faults = faults
        self._rights = rights
        self._key = api_key
        self.requests: deque[dict[str, Any]] = deque(maxlen=5000)

    def serve(self, shape: Hash, act: Act) -> Callable[[Request], Response]:
        """A handler for one call."""

        def handle(request: Request) -> Response:
            record = self._record(request)
            fault = self._faults.take(request)
            response = self._faults.before(fault, request) if fault else None
            if response is None:
                response = self._answer(request, shape, act, fault)
                if fault:
                    record["answer"] = response.status
                    response = self._faults.after(fault, response)
            record["status"] = 0 if response.drop else response.status
            response.headers |= {"Request-Id": new_id("req"), "Stripe-Version": API_VERSION}
            response.headers["Date"] = formatdate(self._state.clock(), usegmt=True)
            return response

        return handle

    def not_found(self, request: Request) -> Response:
        self._record(request)
        message = f"Unrecognized request URL ({request.method}: {request.path})."
        return ApiError(404, "", message).response()

    def _record(self, request: Request) -> dict[str, Any]:
        record: dict[str, Any] = {
            "method": request.method,
            "path": request.path,
            "query": request.raw_query,
            "body": request.body.decode("utf-8", "replace"),
            "idempotency_key": request.headers.get("idempotency-key", ""),
            "headers": {name: value for name, value in request.headers.items() if name != "authorization"},
            "status": None,
        }
        self.requests.append(record)
        return record

    def _answer(self, request: Request, shape: Hash, act: Act, fault: Fault | None) -> Response:
        try:
            self._authenticate(request)
            encoded = request.body.decode("ascii") if request.method == "POST" else request.raw_query
            self._rights.check(request.method, request.path, list(parse(encoded).get("expand", {}).values()))
            if request.method == "POST":
                return self._once(request, shape, act, fault)
            self._faults.work(fault)
            return Response(self._run(request, request.raw_query, shape, act))
        except ApiError as refusal:
            return refusal.response()
        except UnicodeError:
            return ApiError(400, "", "Invalid request: not UTF-8").response()

    def _authenticate(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if not key:
            raise ApiError(401, "", "You did not provide an API key.")
        if scheme != "Bearer" or key != self._key:
            raise ApiError(401, "", f"Invalid API Key provided: {key[:8]}{'*' * 8}")

    def _once(self, request: Request, shape: Hash, act: Act, fault: Fault | None) -> Response:
        """Every POST names a key; the first answer of an executed request is the answer for ever, a 500 included
        (docs.stripe.com/api/idempotent_requests)."""
        key = request.headers.get("idempotency-key", "")
        if not 0 < len(key) <= 255:
            raise ApiError(400, "", "This sandbox wants an Idempotency-Key of 1 to 255 characters on every POST.")
        kind = request.headers.get("content-type", "")
        if request.body and not kind.startswith("application/x-www-form-urlencoded"):
            raise ApiError(400, "", "Invalid content type; use application/x-www-form-urlencoded.")
        fingerprint = hashlib.sha256(f"{request.path}\n".encode() + request.body).hexdigest()
        if earlier := self._state.claim(key, fingerprint):
            return Response(json.loads(earlier["body"]), earlier["status"], {"Idempotent-Replayed": "true"})
        reply: Object | None = None
        try:
            self._faults.work(fault)
            body = self._run(request, request.body.decode("ascii"), shape, act)
            self._faults.worked(fault)
            reply = {"fingerprint": fingerprint, "status": 200, "body": json.dumps(body)}
        except ApiError as refusal:
            if refusal.executed:
                error = json.dumps({"error": refusal.error})
                reply = {"fingerprint": fingerprint, "status": refusal.status, "body": error}
            raise
        finally:
            self._state.finish(key, reply)
        return Response(body)

    def _run(self, request: Request, encoded: str, shape: Hash, act: Act) -> Object:
        asked = shape.read(parse(encoded))
        with self._state.changing():
            found = act(request.params, asked)
            return json.loads(json.dumps(expanded(self._state, found, asked.get("expand", []))))  # type: ignore[no-any-return]  # a deep copy
