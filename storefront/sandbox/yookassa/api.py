"""What every call to the API goes through: credentials, the Idempotence-Key, shapes, faults.

https://yookassa.ru/developers/using-api/interaction-format
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from storefront.sandbox.line_faults import LineFaults
from storefront.sandbox.server import Handler, Request, Response
from storefront.sandbox.yookassa.errors import ApiError, invalid
from storefront.sandbox.yookassa.shapes import check
from storefront.sandbox.yookassa.state import Object, State, shown

LONGEST_KEY = 64
#: Seconds that an answer is kept under its key.
REMEMBERS = 24 * 3600


class Api:
    def __init__(self, state: State, faults: LineFaults, *, shop_id: str, secret_key: str) -> None:
        self._state, self._faults = state, faults
        self.shop_id, self.secret_key = shop_id, secret_key
        self.requests: list[dict[str, Any]] = []

    def serve(self, act: Callable[[Request, Any], Object], shape: Any = None) -> Handler:
        """``shape``: that of the body of a POST. What ``act`` returns is the answer; that of a POST is kept under its
        key."""

        def handle(request: Request) -> Response:
            return self._faults.around(request, lambda: self._answer(request, act, shape))

        return handle

    def _answer(self, request: Request, act: Callable[[Request, Any], Object], shape: Any) -> Response:
        try:
            self._authenticate(request)
            answer = self._run(request, act, shape)
        except ApiError as refusal:
            answer = refusal.response()
        self._record(request, answer.status)
        return answer

    def _authenticate(self, request: Request) -> None:
        pair = base64.b64encode(f"{self.shop_id}:{self.secret_key}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {pair}":
            raise ApiError(401, "invalid_credentials", "Error in shopId or secret key")

    def _run(self, request: Request, act: Callable[[Request, Any], Object], shape: Any) -> Response:
        if request.method == "GET":
            with self._state.changing():  # looking is what notices that time has run out
                return _written(shown(act(request, None)))
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise ApiError(415, "unsupported_media_type", "Send application/json")
        key = request.headers.get("idempotence-key", "")
        if not 1 <= len(key) <= LONGEST_KEY:
            raise invalid("Idempotence-Key", "Incorrect idempotence key")
        try:
            body = json.loads(request.body)
        except ValueError:
            raise invalid("body", "Malformed JSON") from None
        with self._state.changing():
            return self._once(key, request, body, act, shape)

    def _once(
        self, key: str, request: Request, body: Any, act: Callable[[Request, Any], Object], shape: Any
    ) -> Response:
        """The same request under a key is answered as it was the first time."""
        fingerprint = hashlib.sha256(request.path.encode() + request.body).hexdigest()
        kept = self._state.replies.get(key)
        if kept and self._state.clock() - kept["at"] < REMEMBERS:
            if kept["fingerprint"] != fingerprint:
                raise invalid("Idempotence-Key", "Idempotence key duplicated")
            return _written(kept["answer"])
        check(body, shape)
        answer = json.loads(json.dumps(shown(act(request, body))))
        self._state.replies[key] = {"at": self._state.clock(), "fingerprint": fingerprint, "answer": answer}
        return _written(answer)

    def _record(self, request: Request, status: int) -> None:
        text = request.body.decode("utf-8", "replace")
        key = request.headers.get("idempotence-key", "")
        self.requests.append(
            {"method": request.method, "path": request.path, "query": request.query, "key": key, "body": text,
             "status": status}
        )  # fmt: skip


def listing(request: Request, things: list[Object], filters: dict[str, Callable[[Object, str], bool]]) -> Object:
    """A page of a list, newest first. Raises 400 for a filter that it does not have."""
    query = dict(request.query)
    limit, cursor = query.pop("limit", "10"), query.pop("cursor", "0")
    if not (limit.isdigit() and 1 <= int(limit) <= 100):
        raise invalid("limit")
    if not cursor.isdigit():
        raise invalid("cursor")
    for name in query:
        if name not in filters:
            raise invalid(name, "Unknown parameter")
    found = [each for each in reversed(things) if all(filters[name](each, value) for name, value in query.items())]
    end = int(cursor) + int(limit)
    page: Object = {"type": "list", "items": [shown(each) for each in found[int(cursor) : end]]}
    return page | ({"next_cursor": str(end)} if end < len(found) else {})


def since(column: str) -> Callable[[Object, str], bool]:
    """A filter ``<column>.gte``. Raises 400 for what is no moment in UTC."""

    def is_later(thing: Object, moment: str) -> bool:
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z", moment):
            raise invalid(f"{column}.gte")
        return str(thing.get(column, "")) >= moment[:23]

    return is_later


def _written(thing: Object) -> Response:
    return Response(json.dumps(thing).encode(), headers={"Content-Type": "application/json"})
