"""The kinds of document that the shop issues keep every rule of EN 16931, as CII and as UBL; what breaks one is refused
in words that name the fields."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from django.utils import translation

from storefront.billing.documents.content import Content, DocumentKind, TaxCategory
from storefront.billing.documents.einvoice import making
from storefront.billing.documents.einvoice.failures import described
from storefront.billing.documents.einvoice.making import RulesBroken
from tests.billing.documents.einvoice.contents import BUYER, COMPANY, SELLER, content, sold

AE, E, G, O = TaxCategory.REVERSE_CHARGE, TaxCategory.EXEMPT, TaxCategory.EXPORT, TaxCategory.OUT_OF_SCOPE  # noqa: E741
NO_VAT_ID = replace(SELLER, vat_id="")
CREDIT: dict[str, Any] = {
    "kind": DocumentKind.CREDIT_NOTE,
    "number": "CN-2026-000001",
    "corrects": ("INV-2026-000042", date(2026, 11, 29)),
    "reason": "Returned within 14 days",
    "due_on": None,
    "payment_method": "card",
}
KINDS = {
    "two rates": content([sold("59.38", quantity=2), sold("21.40", "7")]),
    "three pieces, uneven price": content([sold("100.00", quantity=3)]),
    "discount": content([sold("90.00", quantity=7, discount=Decimal("8.41")), sold("21.40", "7")]),
    "all of the price is off": content([sold("0.00", discount=Decimal("8.41"))], changes={"due_on": None}),
    "exempt": content([sold("100.00", "0", category=E)]),
    "reverse charge": content([sold("49.90", "0", category=AE)], changes={"payer": replace(BUYER, **COMPANY)}),
    "out of scope": content([sold("49.90", "0", category=O)], changes={"seller": NO_VAT_ID}),
    "export": content([sold("49.90", "0", category=G)], changes={"payer": replace(BUYER, country="CH")}),
    "credit note": content([sold("59.38", quantity=2)], changes=CREDIT),
    "paid already": content([sold("59.38")], changes={"paid": Decimal("59.38"), "due": Decimal(0), "due_on": None}),
    "advance payment": content([sold("59.38")], changes={"kind": DocumentKind.ADVANCE_INVOICE}),
    "corrected invoice": content([sold("59.38")], changes={"corrects": ("INV-2026-000041", date(2026, 11, 2))}),
    "yen": content([sold("12000", "10", quantity=7)], currency="JPY"),
}


def _problem(document: Content) -> str:
    with pytest.raises(RulesBroken) as refused:
        making.make(document, with_ubl=True)
    return described(refused.value.failures)


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_keeps_the_rules(name: str) -> None:
    made = making.make(KINDS[name], with_ubl=True)
    assert b"CrossIndustryInvoice" in made.cii
    assert made.ubl is not None
    assert (b"<CreditNote" in made.ubl) == (name == "credit note")


@pytest.mark.parametrize(
    ("document", "rule", "field"),
    [
        (content([sold("49.90", "0", category=AE)]), "BR-AE-02", "VAT number of the payer"),
        (content([sold("49.90", "0", category=O)]), "BR-O-02", "VAT number of the seller"),
        (content([sold("49.90")], changes={"seller": NO_VAT_ID}), "BR-S-02", "VAT number of the seller"),
        (content([sold("49.90")], changes={"payer": replace(BUYER, country="")}), "BR-11", "country of the payer"),
        (content([sold("49.90")], changes={"payer": replace(BUYER, name="")}), "BR-07", "name of the payer"),
        (content([sold("49.90")], changes={"seller": replace(SELLER, country="")}), "BR-09", "country of the seller"),
    ],
)
def test_what_breaks_a_rule_is_refused_with_its_number_and_our_field(document: Content, rule: str, field: str) -> None:
    problem = _problem(document)
    assert f"{rule}: " in problem
    assert field in problem


def test_no_tax_without_a_reason_is_refused() -> None:
    document = content([sold("100.00", "0", category=E)])
    group = replace(document.tax_groups[0], reason="")
    problem = _problem(replace(document, tax_groups=(group,)))
    assert "BR-E-10: " in problem
    assert "reason why there is no tax" in problem


def test_rules_themselves_find_a_total_that_is_off() -> None:
    """Ours come first: here the XML is checked without them."""
    wrong = replace(content([sold("59.38")]), gross=Decimal("59.39"), due=Decimal("59.39"))
    xml = making.write(wrong, making.Flavor.FACTUR_X)
    assert "BR-CO-15" in {failure.rule for failure in making.rules.check(xml, making.Syntax.CII)}


def test_the_words_are_of_the_language_of_the_reader() -> None:
    with pytest.raises(RulesBroken) as refused:
        making.make(content([sold("49.90", "0", category=AE)]))
    with translation.override("ru"):
        assert "номер НДС плательщика" in described(refused.value.failures)


def test_rules_are_asked_from_any_thread() -> None:
    found: list[object] = []
    threads = [Thread(target=lambda: found.append(making.make(KINDS["two rates"]))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2


def test_currencies_of_three_places_have_no_e_invoice() -> None:
    assert not making.is_possible(content([sold("10.000", "5")], currency="KWD"))
    assert making.is_possible(KINDS["yen"])
    assert not making.is_possible(content([sold("10.00")], changes={"kind": DocumentKind.ACT}))
