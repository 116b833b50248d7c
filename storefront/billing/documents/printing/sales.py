"""The body of documents with lines: invoice, receipt, act and credit note."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from storefront.billing.documents.content import Content, ContentLine, DocumentKind, HomeTax, PaymentCode
from storefront.billing.documents.models import DocumentSettings, DocumentStyle
from storefront.billing.documents.printing import words
from storefront.billing.documents.printing.amounts_in_words import in_words
from storefront.billing.documents.printing.languages import Speaker
from storefront.billing.models import RateSource
from storefront.billing.transfers import payment_codes
from storefront.core import money

_TOTALS = {
    DocumentKind.CREDIT_NOTE: words.CREDITED,
    DocumentKind.DEBIT_NOTE: words.DEBITED,
    DocumentKind.RECEIPT: words.RECEIVED,
}
#: Places of a price of one piece, as e-invoices have them.
PRICE_UNIT = Decimal("0.0001")


def body(content: Content, settings: DocumentSettings, speaker: Speaker) -> dict[str, Any]:
    is_worded = settings.style == DocumentStyle.CIS
    texts = {DocumentKind.ACT: (words.ACT_BEGIN, words.ACT_END)}.get(content.kind)
    return {
        "facts": [{"label": label, "value": value} for label, value in _facts(content, speaker)],
        "begin": speaker.both(texts[0]) if texts else [],
        "table": _table(content, speaker),
        "sums": [dict(zip(("label", "value", "is_total"), each, strict=True)) for each in _sums(content, speaker)],
        "items": _items(content, speaker) if is_worded else [],
        "words": _words(content, speaker) if is_worded else [],
        "reasons": [group.reason for group in content.tax_groups if group.reason],
        "end": speaker.both(texts[1]) if texts else _remark(content, speaker),
        "notes": list(content.notes),
        "code": _code(content.payment_code) if content.payment_code else None,
    }


def _code(code: PaymentCode) -> dict[str, str]:
    return {"name": code.name, "svg": payment_codes.svg(code.text)}


def _facts(content: Content, speaker: Speaker) -> Iterator[tuple[list[str], str]]:
    kind = content.kind
    yield speaker.both(words.DATE), speaker.day(content.issued_on)
    if content.corrects:
        number, on = content.corrects
        label = words.CORRECTS_NOTE if kind == DocumentKind.DEBIT_NOTE else words.CORRECTS
        yield speaker.both(label), f"{number}, {speaker.day(on)}"
        yield speaker.both(words.REASON), content.reason
    if kind == DocumentKind.ACT and content.supplied_on:
        yield speaker.both(words.RIGHTS_PASSED), speaker.day(content.supplied_on)
    elif content.supplied_on and content.supplied_on != content.issued_on:
        yield speaker.both(words.SUPPLIED), speaker.day(content.supplied_on)
    if content.due_on and content.due:
        yield speaker.both(words.DUE), speaker.day(content.due_on)
    if content.invoice_number and content.invoice_number != content.number and not content.corrects:
        yield speaker.both(words.INVOICE), content.invoice_number
    if content.order_number:
        yield speaker.both(words.ORDER), content.order_number
    if content.payment_method:
        yield speaker.both(words.METHOD), speaker.both(words.METHODS[content.payment_method])[0]
    if content.payment_reference:
        yield speaker.both(words.REFERENCE), content.payment_reference


def _table(content: Content, speaker: Speaker) -> dict[str, Any]:
    """Columns that would be empty are left out: discounts and taxes."""
    is_discounted = any(line.discount for line in content.lines)
    is_taxed = any(line.rate for line in content.lines)
    heads = [["№"], words.DESCRIPTION, words.QUANTITY, words.PRICE]
    heads += [words.DISCOUNT] if is_discounted else []
    heads += [words.NET, words.RATE, words.TAX] if is_taxed else []
    heads += [words.AMOUNT]
    return {
        "heads": [head if isinstance(head, list) else speaker.both(head) for head in heads],
        "currency": content.currency,
        "rows": [_row(line, is_discounted, is_taxed, speaker) for line in content.lines],
    }


def _row(line: ContentLine, is_discounted: bool, is_taxed: bool, speaker: Speaker) -> list[str]:
    cells = [str(line.position), _description(line, speaker), speaker.number(line.quantity), _price(line, speaker)]
    if is_discounted:
        cells.append(speaker.figure(-line.discount) if line.discount else "")
    if is_taxed:
        cells += [speaker.figure(line.net), speaker.number(line.rate), speaker.figure(line.tax)]
    return [*cells, speaker.figure(line.gross)]


def _description(line: ContentLine, speaker: Speaker) -> str:
    if line.period is None:
        return line.description
    first, last = line.period
    return f"{line.description} ({speaker.short_day(first)} – {speaker.short_day(last)})"


def _price(line: ContentLine, speaker: Speaker) -> str:
    """Of one piece without tax, a quotient of up to four places; nothing where even those do not give the amount."""
    price = (line.net_before_discount / line.quantity).quantize(PRICE_UNIT, rounding=ROUND_HALF_UP)
    is_right = money.quantize(price * line.quantity, speaker.currency) == line.net_before_discount
    return speaker.price(price) if is_right else ""


def _sums(content: Content, speaker: Speaker) -> Iterator[tuple[list[str], str, bool]]:
    if content.tax:
        yield speaker.both(words.TOTAL_NET), speaker.figure(content.net), False
        for group in content.tax_groups:
            if group.rate:
                tax = speaker.both(words.TOTAL_TAX, rate=speaker.number(group.rate))
                yield tax, speaker.figure(group.tax), False
        if home := content.home_tax:
            yield _home(home, speaker), Speaker(speaker.languages, home.currency).figure(home.tax), False
    label = _TOTALS.get(content.kind, words.TOTAL)
    yield speaker.both(label), speaker.amount(content.gross), True
    if content.kind in (DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE) and content.paid:
        yield speaker.both(words.PAID), speaker.figure(content.paid), False
        yield speaker.both(words.TO_PAY), speaker.amount(content.due), True


def _home(home: HomeTax, speaker: Speaker) -> list[str]:
    about = {"home": home.currency, "currency": speaker.currency, "rate": speaker.rate(home.rate)}
    return speaker.both(words.HOME_TAX, **about, source=RateSource(home.source).label, day=speaker.short_day(home.on))


def _items(content: Content, speaker: Speaker) -> list[str]:
    return speaker.both(words.ITEMS, count=len(content.lines), total=speaker.amount(content.gross))


def _words(content: Content, speaker: Speaker) -> list[str]:
    return speaker.each(lambda: in_words(content.gross, content.currency))


def _remark(content: Content, speaker: Speaker) -> list[str]:
    said = {DocumentKind.RECEIPT: words.RECEIPT_SAYS, DocumentKind.ADVANCE_INVOICE: words.PREPAID}.get(content.kind)
    return speaker.both(said) if said and (content.kind == DocumentKind.RECEIPT or not content.due) else []
