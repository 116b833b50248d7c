"""Our own sums are checked before the rules of EN 16931, which let a tax that is off by a cent pass."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from storefront.billing.documents.building import lines
from storefront.billing.documents.building.taxes import TaxedAs
from storefront.billing.documents.content import Content, DocumentKind, TaxCategory
from storefront.billing.documents.einvoice import arithmetic, making, rules
from storefront.billing.documents.einvoice.failures import described
from storefront.billing.documents.einvoice.making import Flavor, RulesBroken
from storefront.billing.models import Invoice, InvoiceLine
from storefront.core import money
from tests.billing.documents.einvoice.contents import Sold, content, sold

CENT = Decimal("0.01")
TWO_RATES = content([sold("59.38", quantity=2), sold("21.40", "7")])


def _tax_off(document: Content) -> Content:
    """A cent more tax and less net, everywhere, so that all totals are right."""
    line, group = document.lines[0], document.tax_groups[0]
    shifted = {"net": line.net - CENT, "tax": line.tax + CENT, "net_before_discount": line.net_before_discount - CENT}
    return replace(
        document,
        lines=(replace(line, **shifted), *document.lines[1:]),
        tax_groups=(replace(group, net=group.net - CENT, tax=group.tax + CENT), *document.tax_groups[1:]),
        net=document.net - CENT,
        tax=document.tax + CENT,
    )


def test_a_tax_that_is_off_by_a_cent_is_refused_though_the_rules_let_it_pass() -> None:
    off = _tax_off(TWO_RATES)
    assert rules.check(making.write(off, Flavor.FACTUR_X), rules.Syntax.CII) == []
    with pytest.raises(RulesBroken, match="The tax at 19 % is not that of the sum without tax"):
        making.make(off)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"due": Decimal("80.00")}, "What is due"),
        ({"gross": Decimal("80.79"), "due": Decimal("80.79")}, "are not the total"),
        ({"net": Decimal("69.91"), "tax": Decimal("10.87")}, "do not add up to the totals"),
        ({"tax_groups": TWO_RATES.tax_groups[:1]}, "sums by tax rate are not those of the lines"),
        ({"lines": (replace(TWO_RATES.lines[0], net=Decimal("-1")), TWO_RATES.lines[1])}, "below zero"),
        ({"lines": (replace(TWO_RATES.lines[0], gross=Decimal("59.39")), TWO_RATES.lines[1])}, "amount with tax"),
        ({"lines": (replace(TWO_RATES.lines[0], discount=CENT), TWO_RATES.lines[1])}, "less its discount"),
        ({"lines": (replace(TWO_RATES.lines[0], quantity=Decimal(0)), TWO_RATES.lines[1])}, "no pieces"),
    ],
)
def test_sums_that_do_not_add_up_are_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(RulesBroken, match=words):
        making.make(replace(TWO_RATES, **change))


@st.composite
def baskets(draw: st.DrawFn) -> tuple[list[Sold], str]:
    currency = draw(st.sampled_from(["EUR", "JPY", "SEK"]))
    unit = money.minor_unit(currency)
    amounts = st.integers(0, 10**7).map(lambda minor: minor * unit)
    rates = draw(st.lists(st.sampled_from(["25", "22", "19", "7", "5.5", "0.5"]), min_size=1, max_size=2, unique=True))
    line = st.builds(
        Sold,
        gross=amounts,
        rate=st.sampled_from([Decimal(rate) for rate in rates]),
        quantity=st.integers(1, 5000),
        discount=st.one_of(st.just(Decimal(0)), amounts),
    )
    return draw(st.lists(line, min_size=1, max_size=6)), currency


def _prices_give_the_amounts_back(xml: bytes, currency: str) -> None:
    """BT-131 = BT-129 * BT-146 / BT-149 - BG-27, as Peppol checks it, exact to the minor unit."""
    ram = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"

    def value(line: Any, path: str, default: str) -> Decimal:
        return Decimal(line.findtext(path.replace("/", f"/{ram}").replace("@", f".//{ram}")) or default)

    for line in etree.fromstring(xml).iter(f"{ram}IncludedSupplyChainTradeLineItem"):
        price, pieces = value(line, "@ChargeAmount", ""), value(line, "@BasisQuantity", "1")
        amount = money.quantize(value(line, "@BilledQuantity", "") * price / pieces, currency)
        assert price >= 0
        assert amount - value(line, "@ActualAmount", "0") == value(line, "@LineTotalAmount", "")


@given(baskets())
@settings(max_examples=60)
def test_any_basket_keeps_the_schema_and_the_sums(basket: tuple[list[Sold], str]) -> None:
    sold_lines, currency = basket
    document = content(sold_lines, currency=currency)
    assert described(arithmetic.check(document)) == ""
    _prices_give_the_amounts_back(making.write(document, Flavor.FACTUR_X), currency)
    making.write(document, Flavor.UBL)


@given(baskets())
@settings(max_examples=6)
def test_any_basket_keeps_the_rules(basket: tuple[list[Sold], str]) -> None:
    sold_lines, currency = basket
    making.make(content(sold_lines, currency=currency), with_ubl=True)


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(1, 100)), min_size=1, max_size=5), st.data())
@settings(max_examples=150)
def test_a_credit_note_of_any_part_adds_up(parts: list[tuple[int, int]], data: st.DataObject) -> None:
    """Small amounts and parts of them: what was rounded for the invoice is shared, and rounded again."""
    rate, gross = data.draw(st.sampled_from([Decimal(25), Decimal(19), Decimal("5.5")])), [CENT * n for n, _ in parts]
    taxed = TaxedAs(category=TaxCategory.STANDARD)
    rows = [
        InvoiceLine(
            invoice=Invoice(currency="EUR"),
            position=at,
            description="License",
            net=each.net,
            tax=each.tax,
            tax_rate=rate,
            amount=each.gross,
            list_amount=each.gross,
            quantity=1,
        )
        for at, each in enumerate(money.split_tax(gross, rate, "EUR"), start=1)
    ]
    given_back = [
        max(CENT, money.round_down(row.amount * part / 100, "EUR")) for row, (_, part) in zip(rows, parts, strict=True)
    ]
    printed = tuple(
        lines.part_of(row, amount, before=row.amount - amount, taxed=taxed)
        for row, amount in zip(rows, given_back, strict=True)
    )
    groups = lines.tax_groups(printed, taxed)
    net, tax = groups[0].net, groups[0].tax
    sums = {"net": net, "tax": tax, "gross": net + tax, "due": net + tax, "kind": DocumentKind.CREDIT_NOTE}
    document = content([sold("1.00")], changes=sums | {"lines": printed, "tax_groups": groups, "due_on": None})
    assert described(arithmetic.check(document)) == ""
