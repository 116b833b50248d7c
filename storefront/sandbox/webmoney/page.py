"""WebMoney's pages, in the look of another company: plain HTML, works without scripts and on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from storefront.sandbox.server import Response
from storefront.sandbox.webmoney.state import Object

_STYLE = """
*{box-sizing:border-box}
body{margin:0;background:#eaf2fa;color:#1b2a3a;font:16px/1.5 Tahoma,Verdana,sans-serif}
.note{background:#7a1f1f;color:#fff;text-align:center;padding:.35rem 1rem;font-size:.85rem}
header{background:#036cb5;color:#fff;padding:.9rem 1.25rem;font-size:1.2rem}
header small{font-size:.8rem;opacity:.95}
main{max-width:34rem;margin:1.5rem auto;padding:0 1rem}
section{background:#fff;border:1px solid #b8cfe4;padding:1.25rem 1.5rem;margin:0 0 1rem}
h1{font-size:1.2rem;margin:0 0 1rem;color:#024a7d}
dl{display:grid;grid-template-columns:auto 1fr;gap:.4rem 1rem;margin:0 0 1rem}
dt{color:#46586a}
dd{margin:0;overflow-wrap:anywhere}
dd.total{font-weight:700;font-size:1.25rem}
button{font:700 1rem Tahoma,Verdana,sans-serif;padding:.7rem 1.4rem;border:1px solid #036cb5;background:#036cb5;
  color:#fff;  margin:.25rem .5rem .25rem 0;cursor:pointer}
button.plain{background:#fff;color:#024a7d}
:focus-visible{outline:3px solid #c25a00;outline-offset:2px}
.error{border-left:5px solid #a3170c;background:#fdeeec;padding:.6rem 1rem}
"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


def document(title: str, content: str, status: int = 200) -> Response:
    return Response(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head><body>'
        '<div class="note" role="note">Sandbox of WebMoney: no real money</div>'
        "<header>WebMoney Transfer <small>merchant service of another company</small></header>"
        f"<main>{content}</main></body></html>",
        status,
        dict(_HEADERS),
    )


def over() -> Response:
    return document(
        "Payment", "<section><h1>This payment cannot be made</h1><p>Go back to the shop.</p></section>", 410
    )


def pay_form(payment: Object, *, error: str = "") -> Response:
    alert = f'<p class="error" role="alert">The shop refuses the payment: {escape(error)}</p>' if error else ""
    return document(
        "Payment",
        f"<section><h1>Payment from your purse</h1>{alert}{_facts(payment)}"
        '<form method="post"><button name="act" value="pay">Pay</button>'
        '<button class="plain" name="act" value="fail">Refuse</button></form></section>',
    )


def keeper(invoices: Sequence[Object]) -> Response:
    rows = "".join(
        f"<section><h1>Invoice {each['invoice']} for {escape(each['buyer'])}</h1>{_facts(each)}"
        f'<form method="post"><input type="hidden" name="invoice" value="{each["invoice"]}">'
        '<button name="act" value="pay">Pay</button><button class="plain" name="act" value="fail">Refuse</button>'
        "</form></section>"
        for each in invoices
    )
    return document("Keeper", rows or "<section><h1>Keeper</h1><p>No invoice waits.</p></section>")


def _facts(payment: Object) -> str:
    unit = {"Z": "WMZ", "E": "WME"}[payment["purse"][0]]
    return (
        f"<dl><dt>To pay</dt><dd class=total>{escape(payment['amount'])} {unit}</dd><dt>For</dt>"
        f"<dd>{escape(payment['desc'])}</dd><dt>To purse</dt><dd>{payment['purse']}</dd><dt>Number</dt>"
        f"<dd>{payment['number']}</dd></dl>"
    )
