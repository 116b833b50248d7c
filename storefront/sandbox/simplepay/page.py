"""SimplePay's page, in the look of another company: plain HTML, works without scripts and on a phone."""

from __future__ import annotations

from html import escape

from storefront.sandbox.server import Response
from storefront.sandbox.simplepay.state import Object

_STYLE = """
*{box-sizing:border-box}
body{margin:0;background:#f1f5ec;color:#1d2b1f;font:16px/1.5 "Trebuchet MS",Verdana,sans-serif}
.note{background:#2b2b2b;color:#fff;text-align:center;padding:.35rem 1rem;font-size:.85rem}
header{background:#fff;border-bottom:1px solid #d3dccb}
header div{max-width:60rem;margin:0 auto;padding:.9rem 1.25rem;display:flex;gap:.75rem;align-items:center}
header b{font-size:1.35rem;letter-spacing:-.03em;color:#3b7a12}
header small{color:#4c5a4d}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1.25rem;display:grid;gap:1.5rem}
@media (min-width:52rem){main{grid-template-columns:1fr 22rem}}
section,aside{background:#fff;border-radius:12px;padding:1.25rem 1.5rem;box-shadow:0 1px 4px #0002;align-self:start}
aside{order:-1}
@media (min-width:52rem){aside{order:0}}
h1{font-size:1.25rem;margin:0 0 1rem}
dl{margin:0;display:grid;gap:.6rem}
dt{font-size:.85rem;color:#4c5a4d}
dd{margin:0;overflow-wrap:anywhere}
dd.total{font-size:1.6rem;font-weight:700}
label{display:block;margin:.7rem 0 .2rem;font-weight:600}
input,select{font:inherit;width:100%;padding:.65rem .75rem;border:1px solid #8a978b;border-radius:8px;background:#fff;
  color:inherit}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:.75rem;align-items:end}
button{font:700 1rem "Trebuchet MS",Verdana,sans-serif;padding:.85rem 1.2rem;border:0;border-radius:24px;
  background:#3b7a12;color:#fff;width:100%;margin-top:1.25rem;cursor:pointer}
button.plain{background:#fff;color:#3b5a1f;border:1px solid #8a978b;margin-top:.6rem}
:focus-visible{outline:3px solid #1a4fa3;outline-offset:2px}
.error{border-left:5px solid #b3261e;background:#fdeceb;padding:.6rem 1rem;margin:0 0 1rem}
"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
OUTCOMES = {
    "paid": "The bank accepts",
    "declined": "The bank declines: not enough money",
    "review": "Accepted, held for a check against fraud",
    "later": "The bank answers later",
}


def document(title: str, content: str, status: int = 200) -> Response:
    return Response(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head><body>'
        '<div class="note" role="note">Sandbox of SimplePay: no real money</div>'
        "<header><div><b>SimplePay</b> <small>payment page of another company</small></div></header>"
        f"<main>{content}</main></body></html>",
        status,
        dict(_HEADERS),
    )


def over() -> Response:
    return document(
        "Payment", "<section><h1>This payment cannot be continued</h1><p>Go back to the shop.</p></section>", 410
    )


def card_form(transaction: Object, *, typed: dict[str, str], error: str = "") -> Response:
    alert = f'<p class="error" role="alert">{escape(error)}</p>' if error else ""
    options = "".join(f'<option value="{name}">{text}</option>' for name, text in OUTCOMES.items())
    number, expiry = typed.get("card_number", ""), typed.get("card_expiry", "")
    return document(
        "Payment by card",
        "<section><h1>Card details</h1>"
        f'{alert}<form method="post" novalidate>'
        f"{_input('card_number', 'Card number', number, 'inputmode=numeric placeholder=4908366099900425')}"
        f'<div class="pair"><div>{_input("card_expiry", "Expiry (MM/YY)", expiry, "autocomplete=cc-exp")}</div>'
        f"<div>{_input('card_cvc', 'CVC', '', 'inputmode=numeric autocomplete=cc-csc')}</div></div>"
        f"{_input('card_name', 'Name on the card', typed.get('card_name', ''), 'autocomplete=cc-name')}"
        f'<label for="outcome">What happens (sandbox)</label><select id="outcome" name="outcome">{options}</select>'
        '<button name="act" value="pay">Pay</button>'
        '<button class="plain" name="act" value="cancel">Cancel</button></form></section>'
        f"<aside><dl><dt>To pay</dt><dd class=total>{escape(transaction['total'])} {escape(transaction['currency'])}"
        f"</dd><dt>Merchant</dt><dd>{escape(transaction['merchant'])}</dd><dt>Order</dt>"
        f"<dd>{escape(transaction['orderRef'])}</dd><dt>SimplePay transaction</dt>"
        f"<dd>{transaction['transactionId']}</dd></dl></aside>",
    )


def _input(name: str, label: str, value: str, more: str) -> str:
    return f'<label for="{name}">{label}</label><input id="{name}" name="{name}" value="{escape(value)}" {more}>'
