"""The pages on which a buyer pays: plain HTML and CSS, without scripts, on a phone as well; nobody's but YooKassa's."""

from __future__ import annotations

from html import escape

from storefront.sandbox.server import Response
from storefront.sandbox.yookassa.methods import WAYS
from storefront.sandbox.yookassa.state import Object
from storefront.sandbox.yookassa.words import say

_STYLE = """
*{box-sizing:border-box}
body{margin:0;background:#f2f3f7;color:#17161f;font:16px/1.5 Verdana,"DejaVu Sans",sans-serif}
.note{background:#17161f;color:#fff;text-align:center;padding:.4rem 1rem;font-size:.8rem}
header{padding:1.1rem 1.25rem;max-width:58rem;margin:0 auto;font-weight:700;font-size:1.35rem;letter-spacing:-.04em}
header i{display:inline-block;width:1.05rem;height:1.05rem;border-radius:50%;margin-right:.5rem;vertical-align:-.1rem;
  background:radial-gradient(circle at 35% 50%,#f2f3f7 28%,transparent 30%),#8b3ffd}
main{max-width:58rem;margin:0 auto;padding:0 1rem 3rem;display:grid;gap:1rem}
@media(min-width:52rem){main.two{grid-template-columns:20rem 1fr;align-items:start}main.one{max-width:32rem}}
section{background:#fff;border-radius:1.25rem;padding:1.4rem}
.sum{font-size:2rem;font-weight:700;letter-spacing:-.03em;margin:0}
h1{font-size:1.15rem;margin:0 0 .4rem}
p{margin:.4rem 0}p+form,p.muted+button{margin-top:.75rem}.muted{color:#5b5a66;font-size:.85rem}
fieldset{border:0;margin:0 0 1rem;padding:0}legend{font-weight:700;padding:0 0 .5rem}
.way{display:flex;gap:.7rem;align-items:center;padding:.7rem .85rem;border:2px solid #e4e5ec;border-radius:.9rem;
  margin-bottom:.45rem}
.way:has(:checked){border-color:#8b3ffd}
input[type=radio],input[type=checkbox]{accent-color:#8b3ffd;width:1.1rem;height:1.1rem;flex:none}
.card{background:#f2f3f7;border-radius:.9rem;padding:1rem;margin-bottom:1rem}
form:has([value=sbp]:checked) .card,form:has([value=sberbank]:checked) .card,
form:has([value=yoo_money]:checked) .card{display:none}
.row{display:grid;grid-template-columns:1fr 1fr;gap:.75rem}
.field{display:block;font-size:.85rem;margin-bottom:.6rem}
.field input{display:block;width:100%;font:inherit;font-size:1rem;padding:.6rem .7rem;border:2px solid #8f8d9b;
  border-radius:.6rem;background:#fff;color:inherit;margin-top:.2rem}
.field input[aria-invalid]{border-color:#c4183a}
.problem{color:#b00f30;font-size:.85rem;margin:-.3rem 0 .6rem}
.tick{display:flex;gap:.6rem;align-items:flex-start;margin:0 0 1rem}
button{width:100%;font:inherit;font-weight:700;border:0;border-radius:.9rem;padding:.95rem;cursor:pointer;
  background:#8b3ffd;color:#fff}
button.plain{background:#e9e5f5;color:#3d1b77;margin-top:.6rem}
a{color:#5b21b6}
:is(button,input,a,summary):focus-visible{outline:3px solid #17161f;outline-offset:2px}
details{font-size:.8rem;margin-top:1rem}code{font-size:.8rem;word-break:break-all}
.sign{width:3rem;height:3rem;border-radius:50%;background:#ffe3e8;color:#b00f30;display:grid;place-items:center;
  font-size:1.6rem;font-weight:700;margin-bottom:.6rem}
"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
_CARDS = (
    ("5555 5555 5555 4477", "3-D Secure"), ("2200 0000 0000 0004", "Mir, 3-D Secure"), ("4111 1111 1111 1111", "OK"),
    ("5555 5555 5555 4600", "insufficient_funds"), ("5555 5555 5555 4543", "card_expired"),
    ("5555 5555 5555 4592", "3d_secure_failed"), ("5555 5555 5555 4527", "general_decline"),
)  # fmt: skip
Typed = dict[str, str]


def shown_sum(payment: Object, locale: str) -> str:
    whole, _, part = payment["amount"]["value"].partition(".")
    grouped = f"{int(whole):,}".replace(",", "\N{NO-BREAK SPACE}")
    return f"{grouped}{',' if locale == 'ru_RU' else '.'}{part}\N{NO-BREAK SPACE}₽"


def paying(payment: Object, typed: Typed, problems: dict[str, str], action: str) -> Response:
    """The form; ``typed`` stays in it, but for the code of the card."""
    locale = payment["_private"]["locale"]
    amount = shown_sum(payment, locale)
    about = (
        f'<section><p class="muted">{escape(payment.get("description", ""))}</p><p class="sum">{amount}</p>'
        f'<p class="muted">{say("secured", locale)}</p><p><a href="{escape(payment["confirmation"]["return_url"])}">'
        f"{say('leave', locale)}</a></p></section>"
    )
    chosen = typed.get("way", "bank_card")
    ways = "".join(
        f'<label class="way"><input type="radio" name="way" value="{way}"{" checked" if way == chosen else ""}>'
        f"<span>{say(way, locale)}</span></label>"
        for way in WAYS
    )
    form = (
        f'<section><form method="post" action="{escape(action)}" novalidate><fieldset><legend>{say("way", locale)}'
        f"</legend>{ways}{_problem('way', problems)}</fieldset>{_card(typed, problems, locale)}"
        f"{_saving(payment, typed, locale)}<button>{say('pay', locale, sum=amount)}</button></form>{_hints(locale)}"
        "</section>"
    )
    return document("YooKassa", about + form, locale, columns="two")


def binding(method: Object, typed: Typed, problems: dict[str, str], action: str) -> Response:
    locale = method["_private"]["locale"]
    return document(
        "YooKassa",
        f'<section><h1>{say("bind", locale)}</h1><p class="muted">{say("bind_note", locale)}</p>'
        f'<form method="post" action="{escape(action)}" novalidate>{_card(typed, problems, locale)}'
        f'<p class="muted">{say("saved", locale)}</p><button>{say("bind", locale)}</button></form>'
        f'<p><a href="{escape(method["confirmation"]["return_url"])}">{say("leave", locale)}</a></p>{_hints(locale)}'
        "</section>",
        locale,
    )


def bank(amount: str, action: str, locale: str) -> Response:
    """The page of the card's bank (3-D Secure); any code is right."""
    about = f'<p class="sum">{amount}</p>' if amount else ""
    return document(
        "3-D Secure",
        f'<section><h1>{say("bank", locale)}</h1>{about}<form method="post" action="{escape(action)}">'
        f'<label class="field">{say("code", locale)}'
        f'<input name="code" inputmode="numeric" autocomplete="one-time-code"></label>'
        f'<button name="answer" value="yes">{say("confirm", locale)}</button>'
        f'<button class="plain" name="answer" value="no">{say("refuse", locale)}</button></form></section>',
        locale,
    )


def failed(return_url: str, reason: str, locale: str, *, is_binding: bool = False) -> Response:
    title = say("failed_bind" if is_binding else "failed", locale)
    return document(
        title,
        f'<section><div class="sign" aria-hidden="true">!</div><h1 role="alert">{title}</h1>'
        f'<p>{say("failed_note", locale)}</p><p class="muted"><code>{escape(reason)}</code></p>'
        f'<form action="{escape(return_url.partition("?")[0])}">{_again(return_url)}'
        f"<button>{say('leave', locale)}</button></form></section>",
        locale,
    )


def over(locale: str, *, is_known: bool = True) -> Response:
    title = say("over" if is_known else "unknown", locale)
    return document(
        title, f"<section><h1>{title}</h1><p>{say('over_note', locale)}</p></section>", locale,
        status=410 if is_known else 404,
    )  # fmt: skip


def document(title: str, content: str, locale: str, *, columns: str = "one", status: int = 200) -> Response:
    return Response(
        f'<!doctype html><html lang="{locale[:2]}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head><body>'
        f'<div class="note" role="note">{say("sandbox", locale)}</div>'
        f'<header><i aria-hidden="true"></i>{"ЮKassa" if locale == "ru_RU" else "YooKassa"}</header>'
        f'<main class="{columns}">{content}</main></body></html>',
        status,
        dict(_HEADERS),
    )


def _card(typed: Typed, problems: dict[str, str], locale: str) -> str:
    return (
        f'<div class="card">{_input("number", typed, problems, locale, "4111 1111 1111 1111", "cc-number")}'
        f'<div class="row"><div>{_input("expiry", typed, problems, locale, "12/30", "cc-exp")}</div>'
        f"<div>{_input('cvc', {}, problems, locale, '123', 'cc-csc')}</div></div></div>"
    )


def _input(name: str, typed: Typed, problems: dict[str, str], locale: str, example: str, fill: str) -> str:
    marks = f' aria-invalid="true" aria-describedby="{name}-problem"' if name in problems else ""
    return (
        f'<label class="field">{say(name, locale)}<input name="{name}" value="{escape(typed.get(name, ""))}" '
        f'inputmode="numeric" autocomplete="{fill}" placeholder="{example}"{marks}></label>{_problem(name, problems)}'
    )


def _problem(name: str, problems: dict[str, str]) -> str:
    return f'<p class="problem" id="{name}-problem" role="alert">{problems[name]}</p>' if name in problems else ""


def _saving(payment: Object, typed: Typed, locale: str) -> str:
    """A tick where the shop leaves it to the buyer, a sentence where it has asked them, nothing where it forbids it."""
    asked = payment["_private"]["save"]
    if asked is None:
        ticked = " checked" if typed.get("save") else ""
        return f'<label class="tick"><input type="checkbox" name="save" value="1"{ticked}>{say("save", locale)}</label>'
    return f'<p class="muted">{say("saved", locale)}</p>' if asked else ""


def _hints(locale: str) -> str:
    rows = "".join(f"<br><code>{number}</code> {meaning}" for number, meaning in _CARDS)
    return f"<details><summary>{say('cards', locale)}</summary>{rows}</details>"


def _again(return_url: str) -> str:
    """A form by GET drops the query of its address."""
    pairs = [pair.partition("=") for pair in return_url.partition("?")[2].split("&") if pair]
    return "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, _, value in pairs)
