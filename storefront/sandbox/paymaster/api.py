"""The API v2: a bearer token, JSON both ways, and idempotency keys for all that is made."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from storefront.sandbox.line_faults import LineFaults
from storefront.sandbox.paymaster import shapes
from storefront.sandbox.paymaster.payments import Payments
from storefront.sandbox.paymaster.state import ApiError, Object, State, shown
from storefront.sandbox.paymaster.tokens import Tokens
from storefront.sandbox.server import Request, Response

#: What a list tells of a payment.
PART = ("id", "created", "status", "merchantId", "invoice", "amount", "paymentData")
PAGE = 50
Act = Callable[[Request], Any]


class Api:
    """``page``: the address of the pay page, ``card_page`` that of the page for a card; an id is added to each."""

    def __init__(
        self, state: State, payments: Payments, tokens: Tokens, faults: LineFaults, *, merchant_id: str, token: str,
        page: str, card_page: str,
    ) -> None:  # fmt: skip
        self._state, self._payments, self._tokens, self._faults = state, payments, tokens, faults
        self._merchant_id, self._token = merchant_id, token
        self._page, self._card_page = page, card_page
        self.requests: list[dict[str, Any]] = []

    def serve(self, act: Act) -> Callable[[Request], Response]:
        def handle(request: Request) -> Response:
            self.requests.append({"method": request.method, "path": request.path})
            return self._faults.around(request, lambda: self._answered(request, act))

        return handle

    def _answered(self, request: Request, act: Act) -> Response:
        try:
            given = request.headers.get("authorization", "")
            if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
                raise ApiError(401, "not_authorized", "Authorization is needed.")
            body = act(request)
        except ApiError as refusal:
            return refusal.response()
        return Response(b"" if body is None else json.dumps(body).encode(), 200, {"Content-Type": "application/json"})

    def make(self, what: str) -> Act:
        """One for each key; under a key that is known nothing is made again."""
        acts = {"invoices": self._invoice, "payments": self._charge, "refunds": self._payments.refund}
        act = acts.get(what, self._tokenization)

        def handle(request: Request) -> Any:
            key = request.headers.get("idempotency-key", "")
            digest = hashlib.sha256(f"{what} ".encode() + request.body).hexdigest()
            if not request.headers.get("content-type", "").startswith("application/json") or not 0 < len(key) <= 100:
                raise ApiError(400, "validation_error", "JSON and an Idempotency-Key are needed.")
            with self._state.changing():
                known = self._state.answers.get(key)
                if known is not None:
                    if known["digest"] != digest:
                        raise ApiError(400, "idempotency_key_violation", "The key was used for another request.")
                    return self._again(known)
                body = shapes.check(what, _json(request.body))
                if body.get("merchantId", self._merchant_id) != self._merchant_id:
                    raise ApiError(403, "not_authorized", "Another merchant.")
                answer = act(body)
                self._state.answers[key] = {"digest": digest, "answer": shown(answer), "what": what}
                return shown(answer)

        return handle

    def _again(self, known: Object) -> Object:
        """The same thing, as it is now."""
        answer: Object = known["answer"]
        kept = {"payments": self._state.payments, "refunds": self._state.refunds}.get(known["what"], {})
        return shown(kept.get(answer.get("id", ""), answer))

    def _invoice(self, body: Object) -> Object:
        payment = self._payments.make(body)
        return {"paymentId": payment["id"], "url": f"{self._page}/{payment['id']}"}

    def _charge(self, body: Object) -> Object:
        return self._tokens.charge(body)

    def _tokenization(self, body: Object) -> Object:
        token = self._tokens.begin(body)
        return {"tokenId": token["id"], "url": f"{self._card_page}/{token['id']}"}

    def payment(self, request: Request) -> Object:
        with self._state.changing():
            return shown(self._payments.seen(self._state.payment(request.params["name"])))

    def cancel(self, request: Request) -> None:
        self._payments.cancel(self._state.payment(request.params["name"]))

    def token(self, request: Request) -> Object:
        with self._state.reading():
            return shown(self._state.token(request.params["name"]))

    def revoke(self, request: Request) -> None:
        self._tokens.revoke(self._state.token(request.params["name"]))

    def payments(self, request: Request) -> Object:
        with self._state.changing():
            seen = [self._payments.seen(each) for each in self._state.payments.values()]
        return self._listed(request, [{name: each[name] for name in PART if name in each} for each in seen])

    def refunds(self, request: Request) -> Object:
        with self._state.reading():
            return self._listed(request, list(self._state.refunds.values()))

    def _listed(self, request: Request, found: list[Object]) -> Object:
        """By the time of making, the latest first."""
        query = request.query
        if (
            query.keys() - {"merchantId", "start", "end", "cursor"}
            or not {"merchantId", "start", "end"} <= query.keys()
        ):
            raise ApiError(400, "validation_error", "merchantId, start and end are needed.")
        if query["merchantId"] != self._merchant_id:
            raise ApiError(403, "not_authorized", "Another merchant.")
        start, end = (_moment(query[name]) for name in ("start", "end"))
        among = [each for each in reversed(found) if start <= _moment(each["created"]) <= end]
        at = int(query.get("cursor", "0")) if query.get("cursor", "0").isdigit() else 0
        part = among[at : at + PAGE]
        return {"items": part} | ({"cursor": str(at + PAGE)} if len(among) > at + PAGE else {})


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise ApiError(400, "validation_error", "The body is not JSON.") from None


def _moment(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise ApiError(400, "validation_error", "start and end are moments.") from None
