"""The page that a buyer is sent to: another company's, in its own look."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from storefront.sandbox.paypal_nvp.payments import DECLINED, P, Payments
from storefront.sandbox.paypal_nvp.state import State
from storefront.sandbox.server import Request, Response, redirect

_STYLE = """
*{box-sizing:border-box}
body{margin:0;background:#e9eef4;color:#17202b;font:15px/1.5 Tahoma,Verdana,Geneva,sans-serif}
.note{background:#6b2c00;color:#fff;text-align:center;padding:6px 16px;font-size:13px}
header{background:linear-gradient(#fff,#e2e8ef);border-bottom:1px solid #a9b6c4;padding:12px 16px}
header div{max-width:720px;flex-wrap:wrap;margin:0 auto;display:flex;
  justify-content:space-between;align-items:baseline;gap:16px}
header b{font-size:22px;font-style:italic;color:#1a3665}header b span{color:#2c7fb8}header small{color:#3f4b59}
main{max-width:752px;margin:24px auto;padding:0 16px}
.box{background:#fff;border:1px solid #a9b6c4;padding:20px;display:grid;gap:24px}
@media(min-width:640px){.box.two{grid-template-columns:1fr 1.2fr}.two>section{border-right:1px solid #d5dce4}}
h1{font-size:19px;margin:0 0 8px;color:#1a3665}h2{font-size:15px;margin:0 0 8px}p{margin:0 0 12px}
.sum{font-size:24px;font-weight:700}
fieldset{border:1px solid #a9b6c4;margin:0 0 16px;padding:6px 14px}legend{font-weight:700;padding:0 4px}
label{display:flex;gap:8px;align-items:baseline;padding:8px 0;cursor:pointer}
label+label{border-top:1px dotted #a9b6c4}
button{min-height:44px;padding:8px 22px;font:700 15px Tahoma,Verdana,sans-serif;border:1px solid #b87503;
border-radius:4px;background:linear-gradient(#ffd98a,#ffb02e);color:#17202b;margin:0 10px 8px 0;cursor:pointer}
button.plain{border-color:#8b98a7;background:linear-gradient(#fff,#e2e8ef)}
:focus-visible{outline:3px solid #1a3665;outline-offset:2px}
"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
_WAYS = (
    ("balance", "PayPal balance", True),
    ("echeck", "Bank account (eCheck, takes days)", False),
    ("review", "Balance, payment is reviewed", False),
    (DECLINED, "Card that is declined (10486)", False),
)


class PayPage:
    """``/webscr?cmd=_express-checkout&token=...``"""

    def __init__(self, state: State, payments: Payments) -> None:
        self._state, self._payments = state, payments

    def show(self, request: Request) -> Response:
        return self._with_token(request, self._form)

    def submit(self, request: Request) -> Response:
        form = dict(request.form)

        def act(name: str) -> Response:
            token = self._state.token(name)
            if form.get("act") == "cancel":
                back = token["asked"]["CANCELURL"]
                return redirect(f"{back}{'&' if '?' in back else '?'}token={name}")
            back = self._payments.approve(name, form.get("funding", "balance"))
            return redirect(back) if back else _page("<h1>This checkout is closed</h1><p>Go back to the shop.</p>")

        return self._with_token(request, act)

    def _with_token(self, request: Request, act: Callable[[str], Response]) -> Response:
        name = request.query.get("token", "")
        with self._state.changing() as data:
            token = data["tokens"].get(name)
            is_over = token is None or self._state.is_expired(token) or token["transaction"]
        if request.query.get("cmd") != "_express-checkout" or is_over:
            return _page("<h1>This checkout has ended</h1><p>Go back to the shop and begin again.</p>", 404)
        return act(name)

    def _form(self, name: str) -> Response:
        asked = self._state.token(name)["asked"]
        ways = "".join(
            f'<label><input type="radio" name="funding" value="{value}"{" checked" if chosen else ""}> '
            f"{escape(text)}</label>"
            for value, text, chosen in _WAYS
        )
        return _page(
            f"<section><h1>Your order summary</h1><p>{escape(asked.get(f'{P}DESC', 'Your order'))}</p>"
            f'<h2>Total</h2><p class="sum">{escape(asked[f"{P}AMT"])} {escape(asked[f"{P}CURRENCYCODE"])}</p>'
            f"<p>To seller@example.com</p></section>"
            f'<form method="post"><fieldset><legend>Pay with</legend>{ways}</fieldset>'
            '<button name="act" value="pay">Pay Now</button>'
            '<button class="plain" name="act" value="cancel">Cancel and return to seller</button></form>',
            is_form=True,
        )


def _page(content: str, status: int = 200, *, is_form: bool = False) -> Response:
    return Response(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Pay by PayPal Express Checkout</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head><body>'
        '<div class="note" role="note">Sandbox of PayPal classic: no real money, no real PayPal</div>'
        "<header><div><b>Pay<span>Pal</span></b><small>Express Checkout</small></div></header>"
        f'<main><div class="box{" two" if is_form else ""}">{content}</div></main></body></html>',
        status,
        dict(_HEADERS),
    )
