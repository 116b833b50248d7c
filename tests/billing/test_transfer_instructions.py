"""What a payer is told: account, reference, purpose, and the codes that bank apps read."""

from __future__ import annotations

from decimal import Decimal

import pytest

from storefront.billing.transfers import accounts, payment_codes
from storefront.billing.transfers.instructions import instructions_for, reference_of
from storefront.billing.transfers.services import booking
from storefront.billing.transfers.services.booking import Share
from tests.billing import transfers as made
from tests.billing.building import make_invoice
from tests.billing.transfers import came, make_account


def test_the_reference_of_iso_11649():
    assert payment_codes.creditor_reference("2026000123") == "RF462026000123"
    with pytest.raises(payment_codes.NoCode):
        payment_codes.creditor_reference("1" * 22)


def test_the_text_of_the_euro_code_line_by_line():
    text = payment_codes.epc_text(
        holder="Beispiel\nSoftware GmbH", iban=made.IBAN, amount=Decimal("99.9"), reference="RF462026000123"
    )
    assert text.split("\n") == [
        "BCD", "002", "1", "SCT", "", "Beispiel Software GmbH", made.IBAN, "EUR99.90", "", "RF462026000123",
    ]  # fmt: skip
    assert payment_codes.svg(text).startswith("<svg")
    for amount in ("0", "0.001", "1000000000"):
        with pytest.raises(payment_codes.NoCode):
            payment_codes.epc_text(holder="x", iban=made.IBAN, amount=Decimal(amount), reference="RF462026000123")


def test_the_text_of_the_rouble_code_has_its_five_fields_first_and_kopecks():
    text = payment_codes.rouble_text(
        holder="ООО «Пример|Софт»", number=made.RUSSIAN, bank="ПАО Сбербанк", bic=made.RUSSIAN_BIC,
        correspondent=made.CORRESPONDENT, amount=Decimal("1199.50"), purpose="Счет 2026000123",
        more={"PayeeINN": "7701"},
    )  # fmt: skip
    assert text.split("|") == [
        "ST00012", "Name=ООО «Пример/Софт»", f"PersonalAcc={made.RUSSIAN}", "BankName=ПАО Сбербанк",
        f"BIC={made.RUSSIAN_BIC}", f"CorrespAcc={made.CORRESPONDENT}", "Sum=119950", "Purpose=Счет 2026000123",
        "PayeeINN=7701",
    ]  # fmt: skip
    assert payment_codes.svg(text).startswith("<svg")


@pytest.mark.django_db
def test_the_account_is_that_of_the_currency_and_the_payers_country(customer):
    everybody, germans = make_account(), make_account(countries="DE AT", name="Germans", position=5)
    make_account(name="Closed", is_active=False, countries="FR")
    french = make_invoice(customer, payer={"country": "FR"})
    german = make_invoice(customer, payer={"country": "DE"})
    assert accounts.for_invoice(french) == everybody
    assert accounts.for_invoice(german) == germans
    assert accounts.for_invoice(make_invoice(customer, currency="USD")) is None
    assert accounts.currencies() == {"EUR"}


@pytest.mark.django_db
def test_an_invoice_says_all_that_a_bank_needs(customer):
    account = make_account()
    invoice = make_invoice(customer)
    found = instructions_for(invoice)
    assert found is not None
    assert found.reference == reference_of(invoice) == invoice.number.replace("INV-", "").replace("-", "")
    assert found.purpose.startswith(f"Invoice {invoice.number} of ")
    assert found.reference in found.purpose
    assert dict(found.rows)["IBAN"] == "DE89 3704 0044 0532 0130 00"
    assert "<svg" in found.code
    booking.book(incoming=came(account, "60.00"), shares=[Share(invoice)], by=None)
    left = instructions_for(invoice)
    assert left is not None
    assert (left.due, left.received) == (Decimal("36.00"), Decimal("60.00"))


@pytest.mark.django_db
def test_roubles_have_their_own_words_and_code(customer):
    make_account("RUB", tax_number="7701234567")
    found = instructions_for(make_invoice(customer, currency="RUB"))
    assert found is not None
    assert {"БИК", "Correspondent account", "ИНН"} <= {label for label, _value in found.rows}
    assert "<svg" in found.code


@pytest.mark.django_db
def test_a_currency_without_an_account_has_no_instructions(customer):
    make_account()
    assert instructions_for(make_invoice(customer, currency="USD")) is None
