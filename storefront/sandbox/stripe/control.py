"""``/_control/``: JSON calls by which tests and demos make the sandbox fail; each is a method of the stand-in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from storefront.sandbox.server import Request, Response
from storefront.sandbox.stripe.errors import ApiError

if TYPE_CHECKING:
    from storefront.sandbox.stripe.stand_in import StripeStandIn

#: (fields of the JSON body, path parameters) -> anything JSON can write
Act = Callable[..., Any]


def routes(stand_in: StripeStandIn) -> list[tuple[str, str, Callable[[Request], Response]]]:
    return [
        *(("GET", path, _handler(act, takes_body=False)) for path, act in _reads(stand_in).items()),
        *(("POST", path, _handler(act, takes_body=True)) for path, act in _acts(stand_in).items()),
    ]


def _reads(stand_in: StripeStandIn) -> dict[str, Act]:
    return {
        "/_control/stats": stand_in.stats,
        "/_control/requests": stand_in.requests,
        "/_control/sessions": stand_in.sessions,
        "/_control/events": stand_in.events,
        "/_control/deliveries": stand_in.deliveries,
        "/_control/faults": stand_in.faults.listing,
    }


def _acts(stand_in: StripeStandIn) -> dict[str, Act]:
    session = r"/_control/sessions/(?P<session_id>\w+)/"
    return {
        "/_control/faults": stand_in.fail_next,
        "/_control/faults/clear": stand_in.faults.clear,
        "/_control/key/restrict": stand_in.rights.restrict,
        "/_control/key/unrestrict": stand_in.rights.unrestrict,
        "/_control/endpoint": stand_in.endpoints.change,
        "/_control/endpoints": stand_in.endpoints.add,
        "/_control/emails/refuse": stand_in.refuse_email,
        "/_control/webhooks": stand_in.webhook_mode,
        "/_control/webhooks/release": stand_in.release_webhooks,
        "/_control/webhooks/resend": stand_in.resend_webhook,
        "/_control/webhooks/drain": stand_in.drain_webhooks,
        "/_control/reset": stand_in.reset,
        session + "pay": stand_in.pay,
        session + "pay-later": stand_in.pay_later,
        session + "settle-later": stand_in.settle_later,
        session + "voucher": stand_in.issue_voucher,
        session + "voucher/pay": stand_in.pay_voucher,
        session + "voucher/lapse": stand_in.lapse_voucher,
        session + "voucher/cancel": stand_in.cancel_voucher,
        session + "expire": stand_in.expire,
        session + "refund": stand_in.refund,
        session + "dispute": stand_in.dispute,
        session + "move-dispute": stand_in.move_dispute,
        session + "close-dispute": stand_in.close_dispute,
        session + "tamper": stand_in.tamper,
        r"/_control/refunds/(?P<refund_id>\w+)/settle": stand_in.settle_refund,
    }


def _handler(act: Act, *, takes_body: bool) -> Callable[[Request], Response]:
    def handle(request: Request) -> Response:
        # A JSON content type cannot be sent by a form of another site.
        if takes_body and not request.headers.get("content-type", "").startswith("application/json"):
            return Response({"error": "send JSON"}, 415)
        try:
            fields = request.json() if takes_body else {}
            result = act(**request.params, **fields)
        except ApiError as refusal:
            return refusal.response()
        except (TypeError, ValueError) as exc:
            return Response({"error": str(exc)}, 400)
        return Response(json.dumps(result).encode(), headers={"Content-Type": "application/json"})

    return handle
