"""The pages, in the look of another company: plain HTML, works without scripts and on a phone."""

from __future__ import annotations

from functools import partial
from html import escape

from storefront.sandbox.sberbank.state import Object
from storefront.sandbox.sberbank.words import say
from storefront.sandbox.server import Response

_STYLE = """
*{box-sizing:border-box}
body{margin:0;background:#f2f5f7;color:#1f2a2e;font:16px/1.45 Arial,Helvetica,sans-serif}
.note{background:#3b2a00;color:#fff;text-align:center;padding:.4rem 1rem;font-size:.875rem}
header{background:#0a6b2f;color:#fff}
header div{max-width:30rem;margin:0 auto;padding:1rem 1.25rem;display:flex;gap:.75rem;align-items:center}
header svg{flex:none}
header b{font-size:1.2rem;line-height:1.1;display:block}
header small{display:block;font-size:.8rem}
main{max-width:30rem;margin:1.25rem auto;padding:1.5rem 1.25rem;background:#fff;border-radius:1rem;
  box-shadow:0 2px 12px rgba(31,42,46,.12)}
h1{font-size:1.25rem;margin:0 0 .25rem}
.sum{font-size:2rem;font-weight:700;margin:.25rem 0 0}
.what{color:#4c5a60;margin:0 0 1rem;overflow-wrap:anywhere}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:0 1rem;align-items:end}
label{display:block;margin:.75rem 0 .25rem;font-size:.9rem;color:#3d4a50}
input,select{font:inherit;width:100%;min-height:3rem;padding:.6rem .75rem;border:1px solid #75838a;border-radius:.5rem;
  background:#fff;color:inherit}
.tick{display:flex;gap:.6rem;align-items:center;min-height:2.75rem;font-size:1rem;color:inherit}
.tick input{width:1.4rem;min-height:1.4rem;flex:none}
.kept{border:1px solid #b9c4c9;border-radius:.75rem;padding:.75rem 1rem;font-weight:700;margin:.5rem 0 0}
button{font:700 1.0625rem Arial,Helvetica,sans-serif;width:100%;min-height:3.25rem;border:0;border-radius:.5rem;
  background:#0a7a35;color:#fff;margin:1rem 0 0;cursor:pointer}
button.plain{background:#fff;color:#0a6b2f;border:2px solid #0a7a35}
a{color:#0a6b2f;display:inline-block;padding:.75rem 0}
:focus-visible{outline:3px solid #1b3fa0;outline-offset:2px}
.error{background:#fdecea;border-left:5px solid #b3261e;padding:.75rem 1rem;margin:1rem 0 0}
@media (max-width:22rem){.pair{grid-template-columns:1fr}}
"""
_LOGO = (
    '<svg width="34" height="34" viewBox="0 0 34 34" aria-hidden="true"><circle cx="17" cy="17" r="14" fill="none" '
    'stroke="#fff" stroke-width="3"/><path d="M10 17l5 5 10-11" fill="none" stroke="#fff" stroke-width="3"/></svg>'
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
_OUTCOMES = ("paid", "three_ds", "funds", "refused")


def document(title: str, content: str, language: str) -> Response:
    word = partial(say, language=language)
    return Response(
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head><body>'
        f'<div class="note" role="note">{word("note")}</div>'
        f"<header><div>{_LOGO}<span><b>{word('bank')}</b><small>{word('service')}</small></span></div></header>"
        f"<main>{content}</main></body></html>",
        200,
        dict(_HEADERS),
    )


def closed(language: str, back: str) -> Response:
    word = partial(say, language=language)
    link = f'<p><a href="{escape(back)}">{word("leave")}</a></p>' if back else ""
    return document(word("closed"), f"<h1>{word('closed')}</h1><p>{word('closed_hint')}</p>{link}", language)


def form(order: Object, language: str, *, kept: Object | None, typed: dict[str, str], error: str = "") -> Response:
    """``kept``: the card that the shop has asked to be charged."""
    word, asked = partial(say, language=language), order["_asked"]
    is_setup = "VERIFY" in asked.get("features", "")
    title = word("verify" if is_setup else "pay")
    head = f'<p class="what">{word("verify_hint")}</p>' if is_setup else _sum(order, language)
    fields = _kept(kept, language) if kept else _card(typed, language)
    save = (
        f'<label class="tick"><input type="checkbox" name="save" value="1" checked>{word("save")}</label>'
        if "clientId" in asked and not kept and not is_setup
        else ""
    )
    sberpay = "" if kept or is_setup else f'<button class="plain" name="way" value="sberpay">{word("sberpay")}</button>'
    return document(
        title,
        f"<h1>{title}</h1>{head}{_alert(error, language)}"
        f'<form method="post" action="?mdOrder={escape(order["_id"])}" novalidate>{fields}{save}'
        f"{_outcome(typed, language, good='saved' if is_setup else 'paid')}"
        f'<button name="way" value="card">{word("do_verify" if is_setup else "do_pay")}</button>{sberpay}</form>'
        f'<p><a href="{escape(asked["returnUrl"])}">{word("leave")}</a></p>',
        language,
    )


def confirmation(order: Object, language: str, *, error: str = "") -> Response:
    """The page of the buyer's bank."""
    word = partial(say, language=language)
    return document(
        word("acs"),
        f"<h1>{word('acs')}</h1>{_sum(order, language)}<p>{word('acs_hint')}</p>{_alert(error, language)}"
        f'<form method="post" action="?mdOrder={escape(order["_id"])}&amp;lang={language}">'
        f"{_input('code', word('acs_code'), '', 'inputmode=numeric autocomplete=one-time-code')}"
        f'<button name="act" value="confirm">{word("confirm")}</button>'
        f'<button class="plain" name="act" value="cancel">{word("cancel")}</button></form>',
        language,
    )


def _sum(order: Object, language: str) -> str:
    roubles, kopecks = divmod(order["amount"], 100)
    written = f"{roubles:,}".replace(",", "\u00a0") + (f",{kopecks:02}" if language == "ru" else f".{kopecks:02}")
    about = f"{say('order', language)} {order['orderDescription']}"
    return f'<p class="sum">{written}\u00a0₽</p><p class="what">{escape(about)}</p>'


def _alert(error: str, language: str) -> str:
    return f'<p class="error" role="alert">{say(error, language)}</p>' if error else ""


def _card(typed: dict[str, str], language: str) -> str:
    number = 'inputmode="numeric" autocomplete="cc-number" placeholder="2202 2050 0001 2424"'
    return (
        _input("number", say("number", language), typed.get("number", ""), number)
        + '<div class="pair"><div>'
        + _input(
            "expiry", say("expiry", language), typed.get("expiry", ""), 'autocomplete="cc-exp" placeholder="05/35"'
        )
        + "</div><div>"
        + _code(language)
        + "</div></div>"
    )


def _kept(kept: Object, language: str) -> str:
    shown = f"{kept['paymentSystem']} •••• {kept['maskedPan'][-4:]}"
    return f'<p class="kept">{say("kept", language)}: {escape(shown)}</p>{_code(language)}'


def _code(language: str) -> str:
    return _input("cvc", say("code", language), "", 'inputmode="numeric" autocomplete="cc-csc" placeholder="669"')


def _outcome(typed: dict[str, str], language: str, *, good: str) -> str:
    chosen, words = typed.get("outcome", "paid"), {each: each for each in _OUTCOMES} | {"paid": good}
    options = "".join(
        f'<option value="{each}"{" selected" if each == chosen else ""}>{say(words[each], language)}</option>'
        for each in _OUTCOMES
    )
    return (
        f'<label for="outcome">{say("outcome", language)}</label><select id="outcome" name="outcome">{options}</select>'
    )


def _input(name: str, label: str, value: str, more: str) -> str:
    return f'<label for="{name}">{label}</label><input id="{name}" name="{name}" value="{escape(value)}" {more}>'
