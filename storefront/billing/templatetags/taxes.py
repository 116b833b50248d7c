"""Tax in templates: ``{% load taxes %}``."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django import template

from storefront.billing import tax_words
from storefront.billing.models import Invoice, InvoiceLine
from storefront.billing.services import price_tax
from storefront.billing.tax import TaxSummary
from storefront.core import countries, country_choice
from storefront.core.money import display

register = template.Library()


@register.simple_tag
def tax_of(invoice: Invoice, lines: Iterable[InvoiceLine] | None = None) -> TaxSummary:
    """``{% tax_of invoice as tax %}``: rows and a note for the total; ``lines`` are the invoice's, if they are read."""
    return tax_words.of_invoice(invoice, lines)


@register.simple_tag
def price_tax_label(published: Decimal | None = None, currency: str = "") -> str:
    """What is said about tax beside a published price: incl. 19% VAT. "" where the seller charges none."""
    found = price_tax.of_visitor()
    return found.label(published, currency) if found else ""


@register.simple_tag
def to_pay(published: Decimal, currency: str) -> str:
    """What the visitor pays for a published price, as far as their country is known, as text."""
    found = price_tax.of_visitor()
    return display(found.to_pay(published, currency) if found else published, currency)


@register.simple_tag
def country_switch() -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """The country that the visitor named, its name, and all to choose from. No query."""
    chosen = country_choice.current()
    return chosen, countries.name(chosen) if chosen else "", countries.named()
