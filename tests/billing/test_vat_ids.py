"""VAT ids: asked of VIES, kept for a while, and sales followed up that VIES could not confirm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction

from storefront.billing.models import Invoice, LedgerEntry, ProvisionalSale, ReviewItem, Seller, TaxRate, VatCheck
from storefront.billing.services import invoices, provisional_sales, taxation, vat_checks
from storefront.billing.services.invoices import NewLine
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.tax import TaxFacts, VatOutcome, shipped_rates
from storefront.core import clock
from storefront.notifications.models import OutboxMessage

pytestmark = pytest.mark.django_db
FRENCH, UNKNOWN = "FR40303265045", "FR83404833048"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def travel():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def seller(db):
    TaxRate.objects.all().delete()
    shipped_rates.load(TaxRate)
    return Seller.objects.create(
        name="Northbridge",
        address="1 Harbour Street",
        country="DE",
        tax_regime="vat",
        vat_id="DE136695976",
        uses_oss=True,
    )


def payer(vat_id: str = FRENCH, **fields: str) -> dict[str, str]:
    return {"kind": "company", "company": "Exemple", "country": "FR", "vat_id": vat_id} | fields


def sell(customer, vat_id: str = FRENCH, published: str = "119.00") -> Invoice:
    """As the checkout does: VIES is asked before the transaction."""
    vat_checks.ask(vat_id)
    amount = Decimal(published)
    decision = taxation.decide_for(payer=payer(vat_id), at=clock.now(), published=amount, currency="EUR")
    (taxed,) = decision.charge([amount], "EUR")
    line = NewLine(description="License", amount=taxed.gross, list_amount=taxed.gross, taxed=taxed)
    with transaction.atomic():
        return invoices.issue(
            customer=customer, order=None, currency="EUR", payer=payer(vat_id), lines=[line], tax_decision=decision
        )


def test_a_confirmed_id_is_reverse_charge_with_its_proof_on_the_invoice(vies, customer):
    invoice = sell(customer)
    facts = TaxFacts.from_json(invoice.tax_facts)
    check = VatCheck.objects.get()
    assert (invoice.tax_treatment, invoice.amount) == ("reverse_charge", Decimal("100.00"))
    assert facts.consultation_number == check.consultation_number and facts.consultation_number.startswith("WAPI")
    assert (check.requester, check.name, check.outcome) == ("DE136695976", "SA DE L EXEMPLE", "valid")
    assert [(piece.kind, piece.country) for piece in facts.evidence] == [("billing_address", "FR"), ("vat_id", "FR")]
    assert not ProvisionalSale.objects.exists()


def test_an_invalid_id_is_taxed_as_a_consumer(vies, customer):
    invoice = sell(customer, UNKNOWN)
    assert (invoice.tax_treatment, invoice.amount, invoice.tax) == ("destination", Decimal("119.00"), Decimal("19.83"))
    assert TaxFacts.from_json(invoice.tax_facts).reason == "vat_id_invalid"


def test_answers_are_kept_a_day_and_an_hour(vies, travel):
    for vat_id, kept in ((FRENCH, timedelta(hours=24)), (UNKNOWN, timedelta(hours=1))):
        vies.checks.clear()
        vat_checks.ask(vat_id)
        travel.shift(kept)
        vat_checks.ask(vat_id)
        assert len(vies.checks) == 1, vat_id
        travel.shift(timedelta(seconds=1))
        vat_checks.ask(vat_id)
        assert len(vies.checks) == 2, vat_id


def test_an_outage_blocks_no_sale_and_the_id_is_confirmed_later(vies, customer, travel):
    vies.set_outage("FR")
    invoice = sell(customer)
    facts = TaxFacts.from_json(invoice.tax_facts)
    assert (invoice.tax_treatment, facts.is_provisional, facts.reason) == (
        "reverse_charge", True, "eu_business_unverified",
    )  # fmt: skip
    assert provisional_sales.follow() == 0  # not due yet
    travel.shift(timedelta(minutes=15))
    assert provisional_sales.follow() == 1
    assert ProvisionalSale.objects.get().outcome == ""
    vies.set_outage("FR", is_away=False)
    travel.shift(timedelta(minutes=15))
    assert provisional_sales.follow() == 1
    sale = ProvisionalSale.objects.get()
    assert (sale.outcome, sale.next_check_at, sale.check_made.outcome) == ("valid", None, "valid")
    assert not ReviewItem.objects.exists()


def test_an_id_that_turns_out_invalid_is_a_matter_for_staff_with_what_is_owed(vies, customer, travel):
    vies.set_outage("FR")
    invoice = sell(customer, UNKNOWN)
    assert invoice.tax_treatment == "reverse_charge"
    vies.set_outage("FR", is_away=False)
    travel.shift(timedelta(minutes=15))
    provisional_sales.follow()
    item = ReviewItem.objects.get()
    assert (item.kind, item.invoice) == ("vat_id_invalid", invoice)
    assert UNKNOWN in item.detail and "20 % on 100.00: 20.00 EUR" in item.detail
    travel.shift(timedelta(days=1))
    assert provisional_sales.follow() == 0  # it is known now


def test_what_was_sold_and_paid_stays_as_it_is_when_the_id_turns_out_invalid(vies, stripe, customer, travel, audited):
    """Invoice, ledger and the buyer's mails; staff decide whether to refund and invoice anew, or to pay the tax."""
    vies.set_outage("FR")
    invoice = sell(customer, UNKNOWN)
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    settle(attempt_id=attempt.pk)
    before = (Invoice.objects.values().get(), LedgerEntry.objects.count(), mails_to(customer))
    vies.set_outage("FR", is_away=False)
    travel.shift(timedelta(minutes=15))
    provisional_sales.follow()
    assert (Invoice.objects.values().get(), LedgerEntry.objects.count(), mails_to(customer)) == before
    assert ReviewItem.objects.get().kind == "vat_id_invalid" and audited() == []


def test_a_gap_in_the_table_of_rates_hides_no_invalid_id(vies, customer, travel):
    vies.set_outage("FR")
    sell(customer, UNKNOWN)
    TaxRate.objects.filter(country="FR").delete()
    vies.set_outage("FR", is_away=False)
    travel.shift(timedelta(minutes=15))
    provisional_sales.follow()
    detail = ReviewItem.objects.get(kind="vat_id_invalid").detail
    assert UNKNOWN in detail and "none of that day for France" in detail


def mails_to(customer) -> int:
    return OutboxMessage.objects.filter(payload__to=customer.email).count()


def test_nobody_is_free_of_tax_for_ever_because_a_register_is_away(vies, customer, travel):
    vies.set_outage("FR")
    sell(customer)
    for _ in range(60):
        travel.shift(timedelta(hours=24))
        provisional_sales.follow()
    assert ReviewItem.objects.get().kind == "vat_id_unconfirmed"
    assert ProvisionalSale.objects.get().outcome == "no_answer"


def test_a_void_invoice_is_not_asked_about(vies, customer, travel):
    vies.set_outage("FR")
    invoice = sell(customer, UNKNOWN)
    Invoice.objects.filter(pk=invoice.pk).update(status="void")
    vies.set_outage("FR", is_away=False)
    travel.shift(timedelta(hours=1))
    provisional_sales.follow()
    assert not ReviewItem.objects.exists()


def test_a_careful_seller_charges_tax_until_the_id_is_confirmed(vies, customer, seller):
    Seller.objects.update(unverified_vat_ids="charge")
    vies.set_outage("FR")
    invoice = sell(customer)
    assert (invoice.tax_treatment, invoice.amount) == ("destination", Decimal("119.00"))
    assert not ProvisionalSale.objects.exists()


def test_a_register_that_is_away_is_not_asked_for_a_while_and_the_others_are(vies, travel):
    vies.set_outage("FR")
    for _ in range(5):
        assert vat_checks.ask(FRENCH).outcome is VatOutcome.NO_ANSWER
    assert len(vies.checks) == 3
    assert vat_checks.ask("NL004495445B01").outcome is VatOutcome.VALID


def test_our_own_wrong_id_costs_the_proof_and_not_the_sale(vies, customer):
    Seller.objects.update(vat_id="DE1")
    assert vat_checks.ask(FRENCH).outcome is VatOutcome.VALID
    assert VatCheck.objects.get().consultation_number == ""


@pytest.mark.parametrize(
    ("changes", "needs"),
    [
        ({}, True),
        ({"country": "DE", "vat_id": "DE136695976"}, False),  # at home it changes nothing
        ({"kind": "person"}, False),
        ({"vat_id": ""}, False),
        ({"vat_id": "NL004495445B01"}, False),  # of another country than the address
        ({"country": "CH", "vat_id": "CHE107787577"}, False),
    ],
)
def test_vies_is_asked_only_where_it_decides(changes, needs):
    details = taxation.PayerDetails.from_json(payer() | changes)
    assert taxation.needs_check(details) is needs
    Seller.objects.update(tax_regime="none")
    assert not taxation.needs_check(details)
