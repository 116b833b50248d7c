"""Lines of an invoice as a document prints them, and their groups of tax."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from storefront.billing.documents.building.taxes import TaxedAs
from storefront.billing.documents.content import ContentLine, TaxCategory, TaxGroup
from storefront.billing.models import InvoiceLine
from storefront.billing.services import line_shares
from storefront.core import money


def content_lines(lines: Iterable[InvoiceLine], currency: str, taxed: TaxedAs) -> tuple[ContentLine, ...]:
    return tuple(_line(line, currency, taxed) for line in lines)


def _line(line: InvoiceLine, currency: str, taxed: TaxedAs) -> ContentLine:
    """The discount is taken off before tax, so that net before it, less it, is net to the last minor unit. The net is a
    share of a sum that was rounded: a discount of a cent may be none without tax."""
    whole = line.net
    if line.discount:
        whole = max(whole, money.quantize(line.list_amount * 100 / (100 + line.tax_rate), currency))
    return ContentLine(
        position=line.position,
        description=line.description,
        quantity=Decimal(line.quantity),
        net_before_discount=whole,
        discount=whole - line.net,
        net=line.net,
        tax=line.tax,
        gross=line.amount,
        rate=line.tax_rate,
        category=taxed.category,
    )


def part_of(line: InvoiceLine, gross: Decimal, *, before: Decimal, taxed: TaxedAs) -> ContentLine:
    """A part of a line, with the tax in it: the one that comes after ``before``, what is in other documents."""
    tax = line_shares.tax_between(line, before, before + gross)
    return ContentLine(
        position=line.position,
        description=line.description,
        quantity=Decimal(1),
        net_before_discount=gross - tax,
        net=gross - tax,
        tax=tax,
        gross=gross,
        rate=line.tax_rate,
        category=taxed.category,
    )


def tax_groups(lines: Sequence[ContentLine], taxed: TaxedAs) -> tuple[TaxGroup, ...]:
    """One for each category and rate, in the order of the lines."""
    groups: dict[tuple[TaxCategory, Decimal], list[ContentLine]] = {}
    for line in lines:
        groups.setdefault((line.category, line.rate), []).append(line)
    return tuple(
        TaxGroup(
            category=category,
            rate=rate,
            net=sum((line.net for line in members), Decimal(0)),
            tax=sum((line.tax for line in members), Decimal(0)),
            reason=taxed.reason,
            reason_code=taxed.reason_code,
        )
        for (category, rate), members in groups.items()
    )
