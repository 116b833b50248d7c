"""The page behind a buy link, in the look of another company: plain HTML, works without scripts and on a phone."""

from __future__ import annotations

from html import escape

from storefront.sandbox.server import Response
from storefront.sandbox.twocheckout.carts import Cart
from storefront.sandbox.twocheckout.orders import TAXES

_STYLE = """
*{box-sizing:border-box}
body{margin:0;background:#fff;color:#22262b;font:16px/1.5 Georgia,"Times New Roman",serif}
.note{background:#5b1238;color:#fff;text-align:center;padding:.4rem 1rem;font:600 .9rem/1.4 Verdana,sans-serif}
header{border-bottom:4px solid #0b7a6b;padding:1rem 0}
header div{max-width:44rem;margin:0 auto;padding:0 1.25rem;font:700 1.25rem/1.2 Verdana,sans-serif;color:#0b5d52}
header small{display:block;font-size:.8rem;font-weight:400;color:#4a525a}
main{max-width:44rem;margin:0 auto;padding:1.25rem}
h1{font-size:1.35rem;margin:.5rem 0 1rem}
table{width:100%;border-collapse:collapse;margin:0 0 1.25rem}
th,td{text-align:left;padding:.5rem .25rem;border-bottom:1px solid #ccd3d8;vertical-align:top}
td:last-child,th:last-child{text-align:right;white-space:nowrap}
tfoot td{font-weight:700;border-bottom:0}
fieldset{border:1px solid #9aa5ad;margin:0 0 1.25rem;padding:1rem}
legend{font-weight:700;padding:0 .4rem}
label{display:block;margin:.6rem 0 .2rem}
input,select{font:inherit;width:100%;padding:.55rem;border:1px solid #667079;border-radius:0;background:#fff;
  color:inherit}
button{font:700 1rem Verdana,sans-serif;padding:.8rem 1.2rem;border:0;background:#0b7a6b;color:#fff;
  margin:.75rem .5rem 0 0;cursor:pointer}
button.plain{background:#fff;color:#0b5d52;border:2px solid #0b7a6b}
:focus-visible{outline:3px solid #b5460f;outline-offset:2px}
.error{border-left:6px solid #a3170c;background:#fdeeec;padding:.75rem 1rem}
"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
_COUNTRIES = ("US", *TAXES, "HU", "KZ")
_OUTCOMES = (
    ("paid", "Paid"),
    ("declined", "The bank declines"),
    ("review", "Held for a check against fraud"),
    ("later", "Paid, the money comes later"),
)


def document(title: str, content: str, status: int = 200) -> Response:
    return Response(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head><body>'
        '<div class="note" role="note">Sandbox of 2Checkout: no real money</div>'
        "<header><div>2Checkout <small>order form of another company</small></div></header>"
        f"<main>{content}</main></body></html>",
        status,
        dict(_HEADERS),
    )


def empty_cart() -> Response:
    return document("Your cart is empty", "<h1>Your cart is empty</h1><p>There is nothing to pay for here.</p>")


def order_form(cart: Cart, *, token: str, query: str, sells: bool, typed: dict[str, str], error: str = "") -> Response:
    alert = f'<p class="error" role="alert">{escape(error)}</p>' if error else ""
    seller = "<p>Sold by 2Checkout, which adds the tax of your country.</p>" if sells else ""
    email, name = (typed.get(each) or cart.prefilled.get(each, "") for each in ("email", "name"))
    fields = (
        _input("email", "E-mail", email, 'type="email" autocomplete="email"')
        + _choice("country", "Country", [(code, code) for code in _COUNTRIES], typed.get("country", "US"))
        + _input("name", "Name", name, 'autocomplete="name"')
    )
    card = (
        _input(
            "card_number",
            "Card number",
            typed.get("card_number", ""),
            'inputmode="numeric" placeholder="4111 1111 1111 1111"',
        )
        + _input("card_expiry", "Expiry (MM/YY)", typed.get("card_expiry", ""), 'autocomplete="cc-exp"')
        + _input("card_cvc", "Security code", "", 'inputmode="numeric" autocomplete="cc-csc"')
        + _choice("outcome", "What happens (sandbox)", _OUTCOMES, typed.get("outcome", "paid"))
    )
    return document(
        "Your order",
        f"<h1>Your order</h1>{_table(cart)}{seller}{alert}"
        f'<form method="post" action="/checkout/buy?{escape(query)}" novalidate>'
        f'<input type="hidden" name="cart" value="{escape(token)}">'
        f"<fieldset><legend>Billing</legend>{fields}</fieldset><fieldset><legend>Card</legend>{card}"
        '<button name="way" value="card">Place order</button></fieldset>'
        '<button class="plain" name="way" value="paypal">Pay with PayPal</button>'
        '<button class="plain" name="way" value="wire">Pay by wire transfer</button>'
        f'</form><p><a href="{escape(cart.return_url)}">Leave without paying</a></p>',
    )


def paypal_form(cart: Cart, *, query: str, typed: dict[str, str]) -> Response:
    """Stands for PayPal's own page, on which the buyer approves."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in typed.items()
        if name not in ("way", "card_number", "card_cvc", "card_expiry")
    )
    return document(
        "PayPal",
        f"<h1>PayPal</h1><p>Pay {cart.total} {escape(cart.currency)} from your balance?</p>"
        f'<form method="post" action="/checkout/buy?{escape(query)}">{hidden}'
        '<button name="way" value="paypal-approved">Approve</button>'
        '<button class="plain" name="way" value="paypal-refused">Cancel</button></form>',
    )


def _table(cart: Cart) -> str:
    rows = "".join(
        f"<tr><td>{escape(item.name)}</td><td>{item.price} {escape(cart.currency)}</td></tr>" for item in cart.items
    )
    return (
        f"<table><thead><tr><th>Product</th><th>Price</th></tr></thead><tbody>{rows}</tbody>"
        f"<tfoot><tr><td>Total</td><td>{cart.total} {escape(cart.currency)}</td></tr></tfoot></table>"
    )


def _input(name: str, label: str, value: str, more: str = "") -> str:
    return f'<label for="{name}">{label}</label><input id="{name}" name="{name}" value="{escape(value)}" {more}>'


def _choice(name: str, label: str, options: object, chosen: str) -> str:
    shown = "".join(
        f'<option value="{value}"{" selected" if value == chosen else ""}>{text}</option>'
        for value, text in options  # type: ignore[attr-defined]
    )
    return f'<label for="{name}">{label}</label><select id="{name}" name="{name}">{shown}</select>'
