"""Payouts at the money desk, whom they are paid to, and one that was stopped when its money had left."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from storefront.billing.models import Refund, RefundRequest
from storefront.billing.services.settlement import settle
from storefront.billing.transfers.services import booking
from storefront.billing.transfers.services.booking import Share
from storefront.core import clock
from storefront.core.clock import today
from tests.backoffice.test_money_desk import press
from tests.backoffice.test_refund_requests import IBAN, PAYEE, ask, invoice, unit  # noqa: F401  (fixtures)
from tests.billing.building import make_invoice
from tests.billing.test_refund_decisions import fresh, terms
from tests.billing.transfers import came, make_account
from tests.licensing.conftest import make_product

pytestmark = pytest.mark.django_db


def test_the_money_desk_counts_what_is_asked_for_and_what_is_to_be_paid(client_of: Any, invoice: Any) -> None:  # noqa: F811
    client = client_of("Accounting")
    assert not client.get("/admin/money/").context["piles"]
    ask(invoice)
    RefundRequest.objects.update(created_at=clock.now() - timedelta(days=3))
    press(
        client, f"/admin/refunds/invoice/{invoice.number}/", how="lines", units=[unit(invoice, 1)], reason="r", **PAYEE
    )  # fmt: skip
    piles = {str(pile.label): pile for pile in client.get("/admin/money/").context["piles"]}
    assert {name: pile.count for name, pile in piles.items()} == {
        "Refunds that customers ask for": 1, "Refunds to pay by bank transfer": 1,
    }  # fmt: skip
    asked, payout = piles.values()
    assert asked.since == RefundRequest.objects.get().created_at
    assert payout.since == Refund.objects.get().asked_at
    assert invoice.number in client.get(asked.url).content.decode()
    assert f"refund-{Refund.objects.get().pk}" in client.get(payout.url).content.decode()
    start = client.get("/admin/").content.decode()
    assert "Refunds that customers ask for" in start and "Refunds to pay by bank transfer" in start
    RefundRequest.objects.update(is_withdrawal=True)
    names = [str(pile.label) for pile in client.get("/admin/money/").context["piles"]]
    assert names == ["Withdrawals from contracts", "Refunds to pay by bank transfer"]
    withdrawal = client.get("/admin/money/").context["piles"][0]
    assert invoice.number in client.get(withdrawal.url).content.decode()
    assert invoice.number not in client.get(asked.url).content.decode().split("<main")[-1]


def test_a_payout_that_was_stopped_when_it_had_left_is_noted_with_day_and_reference(
    client_of: Any, invoice: Any, stripe: Any  # noqa: F811
) -> None:  # fmt: skip
    client = client_of("Accounting")
    press(client, f"/admin/refunds/invoice/{invoice.number}/", how="lines", units=[unit(invoice)], reason="r", **PAYEE)
    refund = Refund.objects.get()
    attempt = invoice.attempts.get()
    stripe.refund(attempt.provider_reference, amount=5000)
    settle(attempt_id=attempt.pk)
    assert fresh(refund).failure_code == "payout_uncovered"
    page = f"/admin/refunds/{refund.pk}/"
    assert "It had been paid" in client.get(page).content.decode()
    typed = {"paid_on": today().isoformat(), "bank_reference": "E2E-9", "reason": ""}
    shown = client.post(f"{page}paid/", typed)
    told = " ".join(shown.context["preview"])
    assert "It was stopped" in told and "€10.00 more than was paid has gone back" in told
    assert client.post(f"{page}paid/", typed | {"confirmed": shown.context["confirmed"]}).status_code == 302
    assert fresh(refund).status == "succeeded" and fresh(refund.payout).bank_reference == "E2E-9"
    after = client.get(page).content.decode()
    assert "E2E-9" in after and "It had been paid" not in after
    assert client.post(f"{page}paid/", typed).status_code == 422
    assert "More went back than was paid" in client.get("/admin/money/").content.decode()


def test_one_that_staff_took_off_the_list_is_not_offered_as_paid(client_of: Any, invoice: Any) -> None:  # noqa: F811
    client = client_of("Accounting")
    press(client, f"/admin/refunds/invoice/{invoice.number}/", how="lines", units=[unit(invoice)], reason="r", **PAYEE)
    refund = Refund.objects.get()
    press(client, f"/admin/refunds/{refund.pk}/give-up/", reason="Wrong account")
    page = f"/admin/refunds/{refund.pk}/"
    assert "It had been paid" not in client.get(page).content.decode()
    typed = {"paid_on": today().isoformat(), "bank_reference": "E2E-9", "reason": ""}
    assert client.post(f"{page}paid/", typed).status_code == 422


@pytest.mark.parametrize("account", [IBAN, "de89 3704 0044 0532 0130 00", ""])
def test_the_payee_is_whoever_paid_by_bank_transfer(client_of: Any, customer: Any, account: str) -> None:
    sold = make_invoice(customer, "50.00", terms=[terms(make_product("t"))])
    transfer = booking.book(
        incoming=came(make_account(), "55.00", payer_account=account), shares=[Share(sold)], by=customer
    )
    client = client_of("Accounting")
    payment = transfer.shares.first().payment
    assert payment.amount == Decimal("55.00")
    for path in (f"/admin/refunds/invoice/{sold.number}/", f"/admin/refunds/payment/{payment.pk}/"):
        form = client.get(path).context["form"]
        filled = (form["payee_holder"].value(), form["payee_account"].value())
        assert filled == (("Acme GmbH", IBAN) if account else (None, None)), path
