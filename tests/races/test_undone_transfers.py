"""A transfer is booked by one person while another takes it back: its payments are those it has under the lock."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest
from django.db import connections

from storefront.billing.models import Invoice
from storefront.billing.services import ledger
from storefront.billing.transfers.models import BankTransfer
from storefront.billing.transfers.services import booking, undoing
from storefront.billing.transfers.services.booking import Share
from tests.billing.building import make_invoice
from tests.billing.transfers import came, make_account

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def reverse_while_booked(monkeypatch: Any, customer: Any) -> tuple[str, str]:
    """The states of the invoice and the transfer, which is booked between the look at its payments and its lock."""
    invoice, transfer = make_invoice(customer), booking.note(came(make_account(), "96.00"))
    lock_payments, tries = undoing._lock_payments, []

    def book() -> None:
        booking.book(incoming=BankTransfer.objects.get(), shares=[Share(invoice)], by=customer)
        connections.close_all()

    def then_booked(*args: Any) -> Any:
        found = lock_payments(*args)
        tries.append(found)
        if len(tries) == 1:
            other = Thread(target=book)
            other.start()
            other.join()
        return found

    monkeypatch.setattr(undoing, "_lock_payments", then_booked)
    undoing.reverse(transfer=transfer, by=customer, reason="The bank took it")
    return str(Invoice.objects.get().status), str(BankTransfer.objects.get().status)


def test_what_is_booked_meanwhile_is_taken_back_too(monkeypatch: Any, customer: Any) -> None:
    assert reverse_while_booked(monkeypatch, customer) == ("refunded", "reversed")
    assert ledger.balance_of(customer, "EUR") == 0


def test_control_without_a_second_look_the_invoice_stays_paid(monkeypatch: Any, customer: Any) -> None:
    monkeypatch.setattr(undoing, "_are_those_of", lambda _payments, _transfer: True)
    assert reverse_while_booked(monkeypatch, customer) == ("paid", "reversed")
