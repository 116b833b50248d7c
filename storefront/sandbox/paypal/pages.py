"""The hosted page: plain HTML and CSS, works without scripts and on a phone, and is nobody's but PayPal's."""

from __future__ import annotations

from html import escape

from storefront.sandbox.paypal.errors import ApiError
from storefront.sandbox.paypal.orders import Orders
from storefront.sandbox.paypal.state import Object, State
from storefront.sandbox.server import Request, Response, redirect

_STYLE = """
*{box-sizing:border-box}
body{margin:0;background:#f5f7fa;color:#0c1a2b;font:17px/1.5 "Trebuchet MS",Verdana,sans-serif}
.note{background:#0c1a2b;color:#fff;text-align:center;padding:.45rem 1rem;font-size:.85rem}
header{background:#fff;border-bottom:3px solid #ffc439;text-align:center;padding:1rem}
.logo{font-weight:800;font-style:italic;font-size:1.7rem;color:#003087;letter-spacing:-.03em}
.logo b{color:#0070ba}
main{max-width:27rem;margin:1.5rem auto;padding:0 1rem}
.box{background:#fff;border-radius:1rem;padding:1.5rem;box-shadow:0 2px 10px rgba(12,26,43,.12)}
h1{font-size:1.2rem;margin:0 0 .25rem}
.total{font-size:1.8rem;font-weight:700;margin:.2rem 0 1rem}
ul{list-style:none;margin:0 0 1.25rem;padding:0;font-size:.95rem}
li{display:flex;justify-content:space-between;gap:1rem;padding:.4rem 0;border-top:1px solid #dfe5ec}
li span:last-child{white-space:nowrap}
fieldset{border:0;margin:0 0 1.25rem;padding:0}
legend{font-weight:700;padding:0;margin-bottom:.5rem}
label{display:flex;gap:.6rem;align-items:flex-start;border:1px solid #8795a8;border-radius:.6rem;padding:.65rem .8rem;
  margin-bottom:.5rem}
label:has(:checked){border-color:#0070ba;box-shadow:inset 0 0 0 1px #0070ba}
small{display:block;color:#52637a}
input{margin-top:.35rem;accent-color:#0070ba}
button{width:100%;font:inherit;font-weight:700;border:0;border-radius:2rem;padding:.85rem;cursor:pointer}
.pay{background:#ffc439;color:#0c1a2b}
.back{background:none;color:#00538a;text-decoration:underline;margin-top:.5rem}
button:focus-visible,input:focus-visible{outline:3px solid #0070ba;outline-offset:2px}
.error{background:#fff4d6;border:1px solid #a66a00;border-radius:.6rem;padding:.7rem .9rem;margin:0 0 1rem}
.muted{color:#52637a;font-size:.9rem}
"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
_CHOICES = (
    ("balance", "PayPal balance", "Paid at once"),
    ("echeck", "Bank account (eCheck)", "The money takes some days; settle it by /_control/orders/…/settle"),
    ("review", "Card that gets a second look", "Pending until PayPal has looked at it"),
    ("declined", "Card that is refused", "PayPal sends you back here to choose another"),
)


class HostedPage:
    def __init__(self, state: State, orders: Orders) -> None:
        self._state, self._orders = state, orders

    def show(self, request: Request) -> Response:
        try:
            order = self._orders.get(request.query.get("token", ""))
        except ApiError:
            return document(
                "Page not found", '<p>We don\'t know this checkout.</p><p class="muted">It may be over.</p>', 404
            )
        is_open = order["status"] in ("CREATED", "PAYER_ACTION_REQUIRED") and not self._state.is_over(order)
        return document("Pay with PayPal", _choosing(order)) if is_open else _over()

    def submit(self, request: Request) -> Response:
        form, token = dict(request.form), request.query.get("token", "")
        try:
            if form.get("choice") == "cancel":
                return redirect(self._orders.give_up(token) or f"/checkoutnow?token={token}")
            address = self._orders.agree(token, form.get("way", ""), keeps=form.get("keeps") == "yes")
        except ApiError:
            return self.show(request)
        except ValueError:
            return redirect(f"/checkoutnow?token={token}")
        return redirect(address) if address else _over()


def _over() -> Response:
    return document("Nothing to pay", "<p>This checkout has been paid, or its time is over.</p>", 410)


def _choosing(order: Object) -> str:
    unit = order["purchase_units"][0]
    items = "".join(
        f"<li><span>{escape(each['name'])}</span><span>{_shown(each['unit_amount'])}</span></li>"
        for each in unit.get("items", [])
    )
    refused = (
        '<p class="error" role="alert">That card was refused. Please choose another way to pay.</p>'
        if order["_private"]["tries"]
        else ""
    )
    asked = order["_private"].get("attributes", {}).get("vault")
    kept = ""
    if asked:
        said = escape(asked.get("description", ""))
        kept = (
            '<label><input type="checkbox" name="keeps" value="yes" required><span>Agree to automatic payments'
            f"<small>{said}</small></span></label>"
        )
    ways = "".join(
        f'<label><input type="radio" name="way" value="{way}"{" checked" if way == "balance" else ""}>'
        f"<span>{name}<small>{hint}</small></span></label>"
        for way, name, hint in _CHOICES
    )
    return (
        f"{refused}<h1>{escape(order['_private']['page'].get('brand_name') or 'Your purchase')}</h1>"
        f'<p class="muted">{escape(unit.get("description", ""))}</p><p class="total">{_shown(unit["amount"])}</p>'
        f"<ul>{items}</ul><form method='post'><fieldset><legend>Pay with</legend>{ways}{kept}</fieldset>"
        '<button class="pay" name="choice" value="pay">Pay now</button></form>'
        '<form method="post"><button class="back" name="choice" value="cancel">Cancel and return</button></form>'
    )


def _shown(money: dict[str, str]) -> str:
    return escape(f"{money['value']} {money['currency_code']}")


def document(title: str, content: str, status: int = 200) -> Response:
    """A page of the sandbox; ``content`` is HTML."""
    return Response(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head><body>'
        '<div class="note" role="note">Sandbox: no real money, no real PayPal</div>'
        '<header><span class="logo">Pay<b>Pal</b></span></header>'
        f'<main><div class="box">{content}</div></main></body></html>',
        status,
        dict(_HEADERS),
    )
