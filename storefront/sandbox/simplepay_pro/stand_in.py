"""The stand-in itself: its routes, its page, its notices, and the same controls for tests in the same process."""

from __future__ import annotations

import copy
import re
import secrets
import time
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from storefront.sandbox.control import Act, add_controls
from storefront.sandbox.line_faults import LineFaults
from storefront.sandbox.postman import Answer, Letter, Postman, TellingStandIn
from storefront.sandbox.server import Request, Response, redirect
from storefront.sandbox.simplepay_pro.api import Api, of_ticket
from storefront.sandbox.simplepay_pro.state import Object, State, sign

#: Key of calls and key of notices, by outlet.
OUTLETS = {"1": ("sandbox-simplepay-pro", "sandbox-simplepay-pro-result")}
#: Seconds after the first try: every quarter of an hour for a day.
LATER = tuple(900 * n for n in range(1, 97))
READS = ("stats", "payments", "notices", "deliveries")
ACTS = ("pay", "refuse", "tamper")
_STYLE = """
body{margin:0;background:#f4f1ea;color:#2a2118;font:16px/1.5 Georgia,serif}
.note{background:#5a1e1e;color:#fff;text-align:center;padding:.35rem 1rem;font-size:.85rem}
main{max-width:32rem;margin:2rem auto;padding:1.5rem;background:#fff;border:1px solid #cbbfa9}
h1{font-size:1.3rem;margin:0 0 1rem}
dl{display:grid;grid-template-columns:auto 1fr;gap:.4rem 1rem}
dd{margin:0;overflow-wrap:anywhere}
button{font:700 1rem Georgia,serif;padding:.7rem 1.4rem;margin:.25rem .5rem .25rem 0;border:1px solid #8a4b08;
  background:#8a4b08;color:#fff;cursor:pointer}
button.plain{background:#fff;color:#6b3a06}
:focus-visible{outline:3px solid #1a4fa3;outline-offset:2px}
"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


class SimplePayProStandIn(TellingStandIn[Postman]):
    """simplepay.pro on loopback.

    ``outlets``: keys by outlet. ``result_url``: where notices go, which is set in the cabinet; "" for nowhere.
    ``state_path``: a file that carries payments over a restart. ``clock``: seconds since the epoch.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        outlets: Mapping[str, tuple[str, str]] | None = None,
        result_url: str = "",
        state_path: Path | str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(port=port, host=host)
        outlets = outlets or OUTLETS
        self._result_keys = {outlet: keys[1] for outlet, keys in outlets.items()}
        self.state = State(Path(state_path) if state_path else None, clock=clock)
        self.faults = LineFaults(lambda status: Response("Service error", status))
        self.postman = Postman(lambda: self.state.clock(), url=result_url, later=LATER, is_taken=self._is_taken)
        self.sent: list[Object] = []
        keys = {outlet: pair[0] for outlet, pair in outlets.items()}
        self.api = Api(self.state, self.faults, outlets=keys, base=self.base_url)
        self.route("POST", r"/sp/(?P<script>init_payment|get_status)", self.api.serve)
        self.route("GET", r"/pay/(?P<ticket>[\w-]+)", self._show)
        self.route("POST", r"/pay/(?P<ticket>[\w-]+)", self._submit)
        reads: dict[str, Act] = {name: getattr(self, name) for name in READS} | {"faults": self.faults.listing}
        acts: dict[str, Act] = {rf"payments/(?P<order>[\w.-]+)/{name}": getattr(self, name) for name in ACTS}
        acts |= {
            "faults": self.faults.order,
            "faults/clear": self.faults.clear,
            "notices/drain": self.postman.drain,
            "reset": self.reset,
        }
        add_controls(self, reads=reads, acts=acts)

    # Controls. Every one is also POST /_control/... with its arguments as a JSON object.

    def pay(self, order: str) -> None:
        self._end(self.state.payments[order], "EXECUTED")

    def refuse(self, order: str) -> None:
        """The bank refuses; the buyer may try again."""
        self._end(self.state.payments[order], "FAILED")

    def tamper(self, order: str, *, amount: str) -> None:
        """Make a payment tell another amount than was asked for."""
        with self.state.changing():
            self.state.payments[order]["tells"] = amount

    def stats(self) -> dict[str, int]:
        return {"opened": len(self.state.payments), "charges": self.state.charges()}

    def payments(self) -> list[Object]:
        """Oldest first."""
        return copy.deepcopy(list(self.state.payments.values()))

    def notices(self) -> list[Object]:
        """All, sent or not: the order and the body as text."""
        return list(self.sent)

    def deliveries(self) -> list[dict[str, Any]]:
        return list(self.postman.deliveries)

    def reset(self) -> None:
        self.faults.clear()
        self.postman.forget()
        self.sent.clear()
        self.state.forget()

    def not_found(self, request: Request) -> Response:
        return Response("<h1>404 Not Found</h1>", 404)

    def _end(self, payment: Object, status: str) -> None:
        with self.state.changing():
            if payment["status"] == "EXECUTED":
                return
            payment["status"] = status
        self._tell(payment)

    def _tell(self, payment: Object) -> None:
        told = {
            "sp_order_id": payment["order"], "sp_payment_id": str(payment["number"]), "sp_amount": payment["amount"],
            "sp_result": str(int(payment["status"] == "EXECUTED")), "sp_salt": secrets.token_hex(6),
        }  # fmt: skip
        script = urlsplit(self.postman.url).path.rpartition("/")[2]
        told["sp_sig"] = sign(script, told, self._result_keys[payment["outlet"]])
        body = urlencode(told).encode()
        self.sent.append({"order": payment["order"], "body": body.decode()})
        self.postman.send(body, {"Content-Type": "application/x-www-form-urlencoded"}, order=payment["order"])

    def _is_taken(self, letter: Letter, answer: Answer) -> bool:
        """A signed ``<response>`` with the status ok."""
        text = answer.body.decode("utf-8", "replace")
        told = {name: value for name, value in re.findall(r"<(sp_\w+)>([^<]*)</sp_\w+>", text)}
        script = urlsplit(self.postman.url).path.rpartition("/")[2]
        signed = any(sign(script, told, key) == told.get("sp_sig") for key in self._result_keys.values())
        return answer.status == 200 and "<response>" in text and told.get("sp_status") == "ok" and signed

    def _show(self, request: Request) -> Response:
        found = of_ticket(self.state, request.params["ticket"])
        return _page(_form(found)) if found else _page("<h1>This payment is over</h1><p>Go back to the shop.</p>", 410)

    def _submit(self, request: Request) -> Response:
        found = of_ticket(self.state, request.params["ticket"])
        if found is None:
            return self._show(request)
        if dict(request.form).get("act") != "pay":
            self._end(found, "FAILED")
            return redirect(found["failure"])
        self._end(found, "EXECUTED")
        return redirect(found["success"])


def _form(payment: Object) -> str:
    return (
        f"<h1>Payment of order {escape(payment['order'])}</h1><dl><dt>To pay</dt>"
        f"<dd>{escape(payment['amount'])} RUB</dd><dt>For</dt><dd>{escape(payment['description'])}</dd></dl>"
        '<form method="post"><button name="act" value="pay">Pay</button>'
        '<button class="plain" name="act" value="refuse">The bank refuses</button></form>'
    )


def _page(content: str, status: int = 200) -> Response:
    return Response(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Payment</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head><body>'
        f'<div class="note" role="note">Sandbox of simplepay.pro: no real money</div><main>{content}</main>'
        "</body></html>",
        status,
        dict(_HEADERS),
    )
