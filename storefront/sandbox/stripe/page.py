"""The hosted pay page: plain HTML and CSS, works without scripts and on a phone."""

from __future__ import annotations

from decimal import Decimal
from html import escape

from storefront.sandbox.server import Response
from storefront.sandbox.stripe.state import Object

_STYLE = """
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:#fff;color:#30313d;
  font:16px/1.45 "Helvetica Neue",Helvetica,Arial,sans-serif}
.note{background:#ffde92;color:#5b2500;text-align:center;padding:.4rem 1rem;font-size:.85rem;font-weight:700}
.page{flex:1;display:grid;grid-template-rows:auto 1fr}
.card{padding:1.5rem 1.25rem}
.card>*{max-width:24rem}
.card+.card{background:#fff}
.page>.card:first-child:not(:last-child){background:#0a2540;color:#fff}
h1{font-size:1.15rem;margin:0 0 1rem}
.total{font-size:2.1rem;font-weight:700;margin:.1rem 0 1.2rem}
.muted{color:#5a5f70;font-size:.92rem}
.card:first-child .muted{color:inherit}
ul.lines{list-style:none;margin:0;padding:0}
ul.lines li{display:flex;justify-content:space-between;gap:1rem;padding:.55rem 0;border-top:1px solid #5d7190}
ul.lines span:last-child{white-space:nowrap}
label{display:block;font-size:.85rem;margin:0 0 .3rem}
.field{margin:0 0 1rem}
input{width:100%;font:inherit;padding:.6rem .75rem;border:1px solid #8a8f9e;border-radius:5px;background:#fff;
  color:inherit;box-shadow:0 1px 2px rgba(10,37,64,.1)}
input:focus-visible,button:focus-visible,a:focus-visible,summary:focus-visible{outline:3px solid #b4a9ff;
  outline-offset:1px}
input[readonly]{background:#f3f4f7}
.two{display:grid;grid-template-columns:1fr 1fr;gap:1rem}
button{width:100%;font:inherit;font-weight:700;padding:.75rem;border:0;border-radius:5px;background:#5a48e6;
  color:#fff;cursor:pointer}
button:hover{background:#4433c4}
button.plain{background:#fff;color:#30313d;border:1px solid #8a8f9e;margin-top:.75rem}
.error{background:#fdeaee;border-left:4px solid #b3093c;color:#86062c;padding:.75rem 1rem;margin:0 0 1rem}
a{color:#4433c4}
.card:first-child:not(:last-child) a{color:#fff}
.back{display:inline-block;margin-bottom:1rem}
details{margin-top:1.25rem}
code{font-size:.92em}
td,th{text-align:left;padding:.15rem .75rem .15rem 0;font-size:.88rem}
footer{padding:1rem 1.25rem;text-align:center;font-size:.85rem;color:#5a5f70;border-top:1px solid #e3e5ea}
footer b{font-size:1.1rem;letter-spacing:-.04em;color:#5a48e6}
@media(min-width:52rem){.page{grid-template:auto/1fr 1fr}.card{padding:4rem 3rem}
  .page>.card:first-child:not(:last-child)>*{margin-inline:auto 0}.card:only-child{grid-column:1/-1;margin:0 auto}
  .back{display:block}}
@media(prefers-reduced-motion:no-preference){button{transition:background .15s}}
"""
#: hundredths, whole units or thousandths; the page shows what the buyer pays
_PLACES = {
    **dict.fromkeys("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(), 0),
    **dict.fromkeys("bhd jod kwd omr tnd".split(), 3),
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
_CARDS = (
    ("4242 4242 4242 4242", "paid"),
    ("4000 0027 6000 0016", "paid, by a German card"),
    ("4000 0025 0000 0003", "paid, by a French card"),
    ("4000 0025 0000 3155", "3-D Secure, then paid"),
    ("4000 0027 6000 3184", "3-D Secure always, also while you are away"),
    ("4000 0000 0000 0341", "can be saved, then declined"),
    ("4000 0000 0000 0002", "declined"),
    ("4000 0000 0000 9995", "insufficient funds"),
    ("4000 0000 0000 0069", "expired card"),
    ("4000 0000 0000 0127", "wrong security code"),
    ("4000 0000 0000 0119", "processing error"),
    ("4000 0000 0000 0259", "paid, then disputed"),
)


def money(minor: int, currency: str) -> str:
    amount = Decimal(minor).scaleb(-_PLACES.get(currency, 2))
    return f"{amount:,} {currency.upper()}"


def document(title: str, content: str, status: int = 200) -> Response:
    """A page of the sandbox; ``content`` is HTML."""
    return Response(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head><body>'
        f'<div class="note" role="note">Sandbox: no real money, no real Stripe</div><main class="page">{content}</main>'
        "<footer>Powered by <b>stripe</b></footer></body></html>",
        status,
        dict(_HEADERS),
    )


def summary(session: Object, lines: list[Object]) -> str:
    rows = "".join(
        f"<li><span>{escape(line['description'])}</span>"
        f"<span>{money(line['amount_total'], line['currency'])}</span></li>"
        for line in lines
    )
    back = session["cancel_url"]
    link = f'<a class="back" href="{escape(back)}">&larr; Back to the shop</a>' if back else ""
    return (
        f'<section class="card" aria-label="Summary">{link}<p class="muted">Amount to pay</p>'
        f'<p class="total">{money(session["amount_total"], session["currency"])}</p>'
        f'<ul class="lines">{rows}</ul></section>'
    )


def field(name: str, label: str, value: str = "", *, hint: str = "", more: str = "") -> str:
    return (
        f'<div class="field"><label for="{name}">{label}</label><input id="{name}" name="{name}" '
        f'value="{escape(value)}" placeholder="{hint}" required {more}></div>'
    )


def test_cards() -> str:
    rows = "".join(f"<tr><td><code>{number}</code></td><td>{effect}</td></tr>" for number, effect in _CARDS)
    return (
        "<details><summary>Test cards</summary><p class='muted'>Any future date, any security code.</p>"
        f"<table><thead><tr><th>Number</th><th>What happens</th></tr></thead><tbody>{rows}</tbody></table></details>"
    )


def pay_page(
    session: Object, lines: list[Object], *, typed: dict[str, str], error: str = "", saves: bool = False
) -> Response:
    """The form. What was typed comes back after an error, except the security code."""
    total = money(session["amount_total"], session["currency"])
    alert = f'<p class="error" role="alert">{escape(error)}</p>' if error else ""
    form = (
        f'<section class="card"><h1>Pay with card</h1>{alert}<form method="post" action="/c/pay/{session["id"]}">'
        f"{email_field(session, typed)}{card_fields(typed)}{terms(session, saves=saves)}"
        f'<button type="submit">Pay {total}</button></form>{_elsewhere(session)}'
        f"{test_cards()}</section>"
    )
    return document(f"Pay {total}", summary(session, lines) + form)


def terms(session: Object, *, saves: bool) -> str:
    """What the seller says above the button, and Stripe's own line about saving, unless the seller hid it."""
    said = (session["custom_text"]["submit"] or {}).get("message", "")
    told = f'<p class="muted">{escape(said)}</p>' if said else ""
    agreement = (session["consent_collection"] or {}).get("payment_method_reuse_agreement") or {}
    if not saves or agreement.get("position") == "hidden":
        return told
    return told + '<p class="muted">You allow the seller to charge your card for future payments.</p>'


def _elsewhere(session: Object) -> str:
    """A way to pay where the buyer must still act."""
    if session["currency"] != "eur":
        return ""
    return (
        f'<form method="post" action="/c/pay/{session["id"]}/voucher">'
        '<button type="submit" class="plain">Pay by Multibanco voucher</button></form>'
    )


def given_email(session: Object) -> str:
    """The address that cannot be changed here: the shop's, or that of the customer it named."""
    of_customer = (session["customer_details"] or {}).get("email") if session["customer"] else ""
    return session["customer_email"] or of_customer or ""


def email_field(session: Object, typed: dict[str, str]) -> str:
    """The address the shop gave cannot be changed here."""
    given = given_email(session)
    more = f'type="email" autocomplete="email" {"readonly" if given else ""}'
    return field("email", "E-mail", given or typed.get("email", ""), more=more)


def card_fields(typed: dict[str, str]) -> str:
    numeric = 'inputmode="numeric"'
    number, expiry, name = (typed.get(each, "") for each in ("card_number", "card_expiry", "name"))
    return (
        field(
            "card_number",
            "Card number",
            number,
            hint="1234 1234 1234 1234",
            more=f'{numeric} autocomplete="cc-number" maxlength="30"',
        )
        + '<div class="two">'
        + field("card_expiry", "Expiry", expiry, hint="MM / YY", more='autocomplete="cc-exp" maxlength="9"')
        + field("card_cvc", "Security code", hint="CVC", more=f'{numeric} autocomplete="cc-csc" maxlength="4"')
        + "</div>"
        + field("name", "Name on card", name, more='autocomplete="cc-name" maxlength="200"')
    )


def challenge_page(session: Object, lines: list[Object]) -> Response:
    """Stands for the page of the buyer's bank (3-D Secure)."""
    total = money(session["amount_total"], session["currency"])
    form = (
        '<section class="card"><h1>3-D Secure check</h1><p>Your bank asks whether you want to pay '
        f'<strong>{total}</strong>.</p><form method="post" action="/c/pay/{session["id"]}/challenge">'
        '<button type="submit" name="answer" value="approve">Approve</button>'
        '<button type="submit" class="plain" name="answer" value="fail">Fail</button></form></section>'
    )
    return document("Confirm the payment", summary(session, lines) + form)


def closed_page(session: Object) -> Response:
    """A session that is paid, on its way or expired: nothing can be paid here any more."""
    paid = session["status"] == "complete"
    title = "You are all done here" if paid else "This page has expired"
    text = (
        "Your card is saved. Nothing was charged."
        if paid and session["mode"] == "setup"
        else "This payment has already been made. Nothing will be charged again."
        if paid
        else "The time to pay on this page is over. Go back to the shop and start again; nothing was charged."
    )
    back = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]) if paid else session["cancel_url"]
    link = f'<p><a href="{escape(back)}">Back to the shop</a></p>' if back else ""
    return document(title, f'<section class="card"><h1>{title}</h1><p>{text}</p>{link}</section>')


def unknown_page() -> Response:
    return document("Not found", '<section class="card"><h1>There is no such page</h1></section>', 404)
