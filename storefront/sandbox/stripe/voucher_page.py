"""The hosted voucher: what a buyer takes to a cash machine or a bank."""

from __future__ import annotations

from html import escape

from storefront.sandbox.server import Response
from storefront.sandbox.stripe.page import document, money
from storefront.sandbox.stripe.state import Object

_SHOWN = {"entity": "Entity", "reference": "Reference", "number": "Number"}


def show(session: Object, action: Object) -> Response:
    """``action``: the intent's ``next_action``. The two buttons stand for what happens elsewhere."""
    told = action[action["type"]]
    rows = "".join(
        f"<tr><th>{label}</th><td><code>{escape(told[name])}</code></td></tr>"
        for name, label in _SHOWN.items()
        if told.get(name)
    )
    back = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
    total = money(session["amount_total"], session["currency"])
    return document(
        "Voucher",
        f'<section class="card"><h1>Pay {total} with this voucher</h1><table><tbody>{rows}</tbody></table>'
        f'<p><a href="{escape(back)}">Back to the shop</a></p></section>'
        f'<section class="card"><h1>What happens elsewhere</h1><form method="post" action="/c/voucher/{session["id"]}">'
        '<button type="submit" name="answer" value="pay">The voucher is paid</button>'
        '<button type="submit" class="plain" name="answer" value="lapse">Its time is over</button></form></section>',
    )
