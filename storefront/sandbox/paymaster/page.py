"""The pages, in the look of another company: plain HTML, works without scripts and on a phone."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from html import escape

from storefront.sandbox.paymaster.state import Object
from storefront.sandbox.paymaster.words import say
from storefront.sandbox.server import Response

_STYLE = """
*{box-sizing:border-box}
body{margin:0;background:#20263f;color:#1c2033;font:16px/1.5 "Trebuchet MS",Tahoma,sans-serif}
.note{background:#7a1f2b;color:#fff;text-align:center;padding:.4rem 1rem;font-size:.875rem}
header{max-width:34rem;margin:0 auto;padding:1.25rem;color:#fff;display:flex;justify-content:space-between;
  align-items:center;gap:1rem;flex-wrap:wrap}
header b{font-size:1.35rem;letter-spacing:.02em}
header b span{color:#ff9d45}
header a{color:#fff;padding:.5rem 0}
main{max-width:34rem;margin:0 auto 2rem;background:#fff;padding:1.5rem 1.25rem;border-top:6px solid #ff8a1f}
h1{font-size:1.2rem;margin:0 0 1rem}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:0 0 1rem;overflow-wrap:anywhere}
dt{color:#545a70}
dd{margin:0}
.sum{font-size:1.75rem;font-weight:700;margin:0 0 1rem;padding:.75rem 1rem;background:#f3f4f9}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:0 1rem;align-items:end}
label{display:block;margin:.75rem 0 .25rem}
input,select{font:inherit;width:100%;min-height:2.9rem;padding:.55rem .7rem;border:1px solid #70768c;background:#fff;
  color:inherit;border-radius:.2rem}
.kept{border-left:4px solid #3151b5;background:#eef1fb;padding:.6rem .9rem;margin:1rem 0 0}
button{font:700 1.05rem "Trebuchet MS",Tahoma,sans-serif;width:100%;min-height:3.1rem;border:0;border-radius:.2rem;
  background:#3151b5;color:#fff;margin:1rem 0 0;cursor:pointer}
button.plain{background:#fff;color:#2a4299;border:2px solid #3151b5}
main a{color:#2a4299;display:inline-block;padding:.75rem 0}
:focus-visible{outline:3px solid #c2410c;outline-offset:2px}
.error{background:#fdecec;border-left:4px solid #b3261e;padding:.7rem 1rem;margin:0 0 1rem}
@media (max-width:22rem){.pair{grid-template-columns:1fr}}
"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
OUTCOMES = ("paid", "three_ds", "insufficient_funds", "rejected_by_fraud")


def document(title: str, content: str, language: str) -> Response:
    other = "en" if language == "ru" else "ru"
    link = f'<a href="?lang={other}" lang="{other}">{"English" if other == "en" else "Русский"}</a>'
    return Response(
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head><body>'
        f'<div class="note" role="note">{say("note", language)}</div>'
        f"<header><b>Pay<span>Master</span></b>{link}</header><main>{content}</main></body></html>",
        200,
        dict(_HEADERS),
    )


def closed(language: str, back: str) -> Response:
    word = partial(say, language=language)
    link = f'<p><a href="{escape(back)}">{word("leave")}</a></p>' if back else ""
    return document(word("closed"), f"<h1>{word('closed')}</h1><p>{word('closed_hint')}</p>{link}", language)


def form(payment: Object, language: str, *, typed: dict[str, str], error: str = "") -> Response:
    word, asked = partial(say, language=language), payment["_asked"]
    purpose = asked.get("tokenization", {}).get("purpose", "")
    sbp = "" if purpose else f'<button class="plain" name="way" value="sbp">{word("sbp")}</button>'
    return document(
        word("pay"),
        f"<h1>{word('pay')}</h1>{_about(payment, language)}{_alert(error, language)}"
        f'<form method="post" action="?lang={language}" novalidate>{_card(typed, language)}{_kept(purpose, language)}'
        f'<button name="way" value="card">{word("do_pay")}</button>{sbp}</form>{_leave(asked, language)}',
        language,
    )


def card_form(token: Object, language: str, *, typed: dict[str, str], error: str = "") -> Response:
    """A page that saves a card without a payment."""
    word, asked = partial(say, language=language), token["_asked"]
    return document(
        word("card"),
        f"<h1>{word('card')}</h1>{_alert(error, language)}<form method=post action='?lang={language}' novalidate>"
        f"{_card(typed, language)}{_kept(asked['purpose'], language)}"
        f'<button name="way" value="card">{word("do_save")}</button></form>{_leave({"protocol": asked}, language)}',
        language,
    )


def bank(payment: Object, language: str) -> Response:
    """The buyer's bank asks."""
    word = partial(say, language=language)
    return document(
        word("bank"),
        f"<h1>{word('bank')}</h1>{_about(payment, language)}<p>{word('bank_hint')}</p>"
        f'<form method="post" action="?lang={language}"><button name="act" value="confirm">{word("confirm")}</button>'
        f'<button class="plain" name="act" value="refuse">{word("refuse")}</button></form>',
        language,
    )


def _about(payment: Object, language: str) -> str:
    value = f"{Decimal(str(payment['amount']['value'])):,.2f}".replace(",", "\u00a0")
    written = value.replace(".", ",") if language == "ru" else value
    return (
        f'<p class="sum">{written}\u00a0₽</p><dl><dt>{say("seller", language)}</dt><dd>Northbridge</dd>'
        f"<dt>{say('for', language)}</dt><dd>{escape(payment['invoice']['description'])}</dd></dl>"
    )


def _alert(error: str, language: str) -> str:
    return f'<p class="error" role="alert">{say(error, language)}</p>' if error else ""


def _kept(purpose: str, language: str) -> str:
    return f'<p class="kept">{say("kept", language)}{escape(purpose)}</p>' if purpose else ""


def _leave(asked: Object, language: str) -> str:
    back = asked.get("protocol", {}).get("returnUrl", "")
    return f'<p><a href="{escape(back)}">{say("leave", language)}</a></p>' if back else ""


def _card(typed: dict[str, str], language: str) -> str:
    options = "".join(
        f'<option value="{each}"{" selected" if each == typed.get("outcome") else ""}>{say(each, language)}</option>'
        for each in OUTCOMES
    )
    number = 'inputmode="numeric" autocomplete="cc-number" placeholder="2202 2050 0001 2424"'
    return (
        _input("number", say("number", language), typed.get("number", ""), number)
        + '<div class="pair"><div>'
        + _input(
            "expiry", say("expiry", language), typed.get("expiry", ""), 'autocomplete="cc-exp" placeholder="05/35"'
        )
        + "</div><div>"
        + _input("cvc", say("code", language), "", 'inputmode="numeric" autocomplete="cc-csc" placeholder="669"')
        + "</div></div>"
        + f'<label for="outcome">{say("outcome", language)}</label>'
        + f'<select id="outcome" name="outcome">{options}</select>'
    )


def _input(name: str, label: str, value: str, more: str) -> str:
    return f'<label for="{name}">{label}</label><input id="{name}" name="{name}" value="{escape(value)}" {more}>'
