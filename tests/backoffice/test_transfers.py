"""What staff do with bank transfers: note one, assign it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from storefront.billing.models import Payment
from storefront.billing.transfers.models import BankTransfer, SellerAccount
from storefront.billing.transfers.services import booking
from storefront.billing.transfers.services.booking import Share
from tests.backoffice.pressing import confirmed, errors, preview, sentences
from tests.billing.building import make_invoice
from tests.billing.transfers import came, make_account

pytestmark = pytest.mark.django_db

BASE = "/admin/transfers/"


@pytest.fixture
def accountant(client_of: Any) -> Client:
    client: Client = client_of("Accounting")
    return client


@pytest.fixture(autouse=True)
def account() -> SellerAccount:
    return make_account()


def test_amounts_that_no_column_holds_are_refused_at_the_field(accountant: Client, account: SellerAccount) -> None:
    facts = {"account": account.pk, "value_on": "2026-11-27", "bank_reference": "R1"}
    for amount in ("99999999999", "1E+30", "1e10", "10000000000.00"):
        answer = preview(accountant, f"{BASE}note/", amount=amount, **facts)
        assert answer.status_code == 422 and answer.context["form"].errors["amount"], amount
    assert BankTransfer.objects.count() == 0
    shown = confirmed(accountant, f"{BASE}note/", amount="9999999999.99", **facts)
    assert accountant.get(shown.url).status_code == accountant.get(BASE).status_code == 200


@pytest.mark.parametrize("amount", ["1E+30", "1e5", "Infinity", "NaN", "-5", "0", "٣", "1_000", "99999999999"])
def test_parts_are_plain_figures(accountant: Client, customer: Any, account: SellerAccount, amount: str) -> None:
    invoice = make_invoice(customer)
    noted = booking.note(came(account, "96.00"))
    answer = preview(accountant, f"{BASE}{noted.pk}/assign/", invoices=f"{invoice.number} {amount}", email="")
    assert "is no amount of EUR" in errors(answer) and "invoices" in answer.context["form"].errors


def test_a_transfer_that_may_be_another_one_is_assigned_with_a_warning(
    accountant: Client, customer: Any, account: SellerAccount
) -> None:
    paid, invoice = make_invoice(customer), make_invoice(customer)
    booking.book(incoming=came(account, "96.00", reference="BANK-1"), shares=[Share(paid)], by=None)
    noted = booking.note(came(account, "96.00", reference="typed"))
    other = booking.note(came(account, "95.00", reference="alone"))
    data = {"invoices": invoice.number, "email": ""}
    assert "is noted already, as BANK-1" in sentences(preview(accountant, f"{BASE}{noted.pk}/assign/", **data))
    assert "noted already" not in sentences(preview(accountant, f"{BASE}{other.pk}/assign/", **data))
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("act", ["confirm", "provisional"])
def test_the_form_leads_to_the_invoice_that_it_is_about(accountant: Client, customer: Any, act: str) -> None:
    invoice = make_invoice(customer)
    html = accountant.get(f"{BASE}{act}/{invoice.number}/").content.decode()
    assert f'<a href="/admin/invoices/{invoice.number}/">{invoice.number}</a>' in html
