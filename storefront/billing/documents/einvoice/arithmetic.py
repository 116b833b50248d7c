"""Our own sums, before the rules of the standard: those let a tax that is off by less than one euro pass (BR-CO-17,
BR-S-09)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext_noop

from storefront.billing.documents.content import Content, ContentLine, DocumentKind, TaxGroup
from storefront.billing.documents.einvoice.failures import Failure
from storefront.core import money

_OF_PARTS = (DocumentKind.CREDIT_NOTE, DocumentKind.DEBIT_NOTE)


def check(content: Content) -> list[Failure]:
    """What does not add up, nothing if all does."""
    return [*_lines(content), *_groups(content), *_totals(content)]


def _lines(content: Content) -> Iterator[Failure]:
    for line in content.lines:
        at = line.position
        if line.quantity <= 0:
            yield Failure.ours(gettext_noop("Line %(position)s has no pieces."), position=at)
        if min(line.net_before_discount, line.discount, line.net, line.tax) < 0:
            yield Failure.ours(gettext_noop("Line %(position)s has an amount below zero."), position=at)
        if line.net_before_discount - line.discount != line.net:
            yield Failure.ours(
                gettext_noop("Line %(position)s: the price less its discount is not the amount without tax."),
                position=at,
            )
        if line.net + line.tax != line.gross:
            yield Failure.ours(
                gettext_noop("Line %(position)s: amount and tax are not the amount with tax."), position=at
            )


def _groups(content: Content) -> Iterator[Failure]:
    named = [(group.category, group.rate) for group in content.tax_groups]
    if len(set(named)) != len(named) or set(named) != {(line.category, line.rate) for line in content.lines}:
        yield Failure.ours(gettext_noop("The sums by tax rate are not those of the lines."))
        return
    for group in content.tax_groups:
        lines = [line for line in content.lines if (line.category, line.rate) == (group.category, group.rate)]
        rate = f"{group.rate.normalize():f}"
        if sum((line.net for line in lines), Decimal(0)) != group.net:
            yield Failure.ours(
                gettext_noop("The lines taxed at %(rate)s %% do not add up to the sum without tax."), rate=rate
            )
        if sum((line.tax for line in lines), Decimal(0)) != group.tax:
            yield Failure.ours(gettext_noop("The lines taxed at %(rate)s %% do not add up to the tax."), rate=rate)
        if not _is_tax_of(group, lines, content):
            yield Failure.ours(gettext_noop("The tax at %(rate)s %% is not that of the sum without tax."), rate=rate)


def _is_tax_of(group: TaxGroup, lines: list[ContentLine], content: Content) -> bool:
    """Whether the tax is that of the net, or that in the gross, rounded once. Credit and debit notes hold parts of
    lines: their tax was rounded with the invoice, and again before the part and after it."""
    currency = content.currency
    of_net = money.quantize(group.net * group.rate / 100, currency)
    in_gross = money.quantize((group.net + group.tax) * group.rate / (100 + group.rate), currency)
    slack = 2 * money.minor_unit(currency) * len(lines) if content.kind in _OF_PARTS else Decimal(0)
    return min(abs(group.tax - of_net), abs(group.tax - in_gross)) <= slack


def _totals(content: Content) -> Iterator[Failure]:
    net = sum((group.net for group in content.tax_groups), Decimal(0))
    tax = sum((group.tax for group in content.tax_groups), Decimal(0))
    if (net, tax) != (content.net, content.tax):
        yield Failure.ours(gettext_noop("The sums by tax rate do not add up to the totals."))
    if content.net + content.tax != content.gross:
        yield Failure.ours(gettext_noop("Total without tax and tax are not the total."))
    if content.gross - content.paid != content.due or content.due < 0:
        yield Failure.ours(gettext_noop("What is due is not the total less what was paid."))
