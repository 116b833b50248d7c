"""The page that a buyer is sent to: another company's, in its own look."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from storefront.sandbox.paypal_nvp.payments import DECLINED, P, Payments
from storefront.sandbox.paypal_nvp.state import State
from storefront.sandbox.server import Request, Response, redirect

_STYLE = """
*{box-sizing:border-box}body{margin:0;background:#f5f7fa;color:#001435;font:16px/1.5 Verdana,Geneva,sans-serif}
header{background:#fff;border-bottom:1px solid #cbd2d6;padding:14px 20px;font-weight:700;font-style:italic;
font-size:22px;color:#003087}header span{color:#0070e0}
header small{float:right;font:12px Verdana;color:#6c7378;margin-top:8px}
main{max-width:460px;margin:32px auto;background:#fff;border:1px solid #cbd2d6;border-radius:12px;padding:28px}
h1{font-size:20px;margin:0 0 4px}p{margin:0 0 16px;color:#4a5560}.sum{font-size:28px;color:#001435;margin:12px 0 20px}
fieldset{border:1px solid #cbd2d6;border-radius:8px;margin:0 0 20px;padding:10px 14px}legend{font-weight:700}
label{display:block;padding:8px 0;cursor:pointer}button{display:block;width:100%;min-height:48px;border-radius:24px;
font:700 16px Verdana;border:2px solid #0070e0;background:#0070e0;color:#fff;margin:0 0 12px;cursor:pointer}
button.plain{background:#fff;color:#0070e0}:focus-visible{outline:3px solid #ffb700;outline-offset:2px}
"""
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
        button = "Pay Now"
        ways = "".join(
            f'<label><input type="radio" name="funding" value="{value}"{" checked" if chosen else ""}> '
            f"{escape(text)}</label>"
            for value, text, chosen in _WAYS
        )
        return _page(
            f"<h1>Hi, Test Buyer!</h1><p>Pay seller@example.com for {escape(asked.get(f'{P}DESC', 'your order'))}</p>"
            f'<p class="sum">{escape(asked[f"{P}AMT"])} {escape(asked[f"{P}CURRENCYCODE"])}</p>'
            f'<form method="post"><fieldset><legend>Pay with</legend>{ways}</fieldset>'
            f'<button name="act" value="pay">{button}</button>'
            '<button class="plain" name="act" value="cancel">Cancel and return to seller</button></form>'
        )


def _page(content: str, status: int = 200) -> Response:
    return Response(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Log in to your PayPal account</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        "<header>Pay<span>Pal</span> <small>Stand-in. No money moves.</small></header>"
        f"<main>{content}</main></body></html>",
        status,
    )
