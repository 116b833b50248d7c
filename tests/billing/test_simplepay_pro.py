"""Invoices paid by simplepay.pro where it is switched on: from its page to the license, with a notice or without."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from storefront.billing.errors import PaymentUnavailable
from storefront.billing.services import payment_methods
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.sandbox.simplepay_pro import SimplePayProStandIn
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(simplepay_pro: SimplePayProStandIn, customer: Any) -> Any:
    return make_invoice(customer, "9600.00", currency="RUB")


def test_it_is_offered_only_where_it_is_switched_on(simplepay_pro: SimplePayProStandIn, settings: Any) -> None:
    assert payment_methods.offered() == ("simplepay_pro",)
    settings.SIMPLEPAY_PRO = False
    assert payment_methods.offered() == ()


def test_its_notice_settles_the_invoice_once(
    simplepay_pro: SimplePayProStandIn, invoice: Any, client: Client, run_jobs: Any
) -> None:
    attempt = start(invoice=invoice, gateway_name="simplepay_pro")
    simplepay_pro.pay(attempt.provider_reference)
    body = simplepay_pro.notices()[-1]["body"]
    form = "application/x-www-form-urlencoded"
    assert client.post("/hooks/simplepay_pro/", body.replace("9600", "9601"), content_type=form).status_code == 400
    for _twice in range(2):
        answer = client.post("/hooks/simplepay_pro/", body, content_type=form)
        assert answer.status_code == 200 and b"<sp_status>ok</sp_status>" in answer.content
    run_jobs()
    invoice.refresh_from_db()
    assert invoice.status == "paid" and invoice.customer.payments.count() == 1


def test_a_payment_without_a_notice_is_found(simplepay_pro: SimplePayProStandIn, invoice: Any) -> None:
    attempt = start(invoice=invoice, gateway_name="simplepay_pro")
    simplepay_pro.refuse(attempt.provider_reference)
    simplepay_pro.pay(attempt.provider_reference)
    settle(attempt_id=attempt.pk)
    invoice.refresh_from_db()
    assert invoice.status == "paid"


def test_another_amount_pays_nothing(simplepay_pro: SimplePayProStandIn, invoice: Any) -> None:
    attempt = start(invoice=invoice, gateway_name="simplepay_pro")
    simplepay_pro.pay(attempt.provider_reference)
    simplepay_pro.tamper(attempt.provider_reference, amount="1.00")
    settle(attempt_id=attempt.pk)
    invoice.refresh_from_db()
    assert invoice.status == "open"


def test_an_opening_without_an_answer_is_gone_on_with(simplepay_pro: SimplePayProStandIn, invoice: Any) -> None:
    simplepay_pro.faults.order(kind="lost", path="/init_payment")
    with pytest.raises(PaymentUnavailable):
        start(invoice=invoice, gateway_name="simplepay_pro")
    attempt = start(invoice=invoice, gateway_name="simplepay_pro")
    assert attempt.redirect_url and simplepay_pro.stats()["opened"] == 1 and invoice.attempts.count() == 1
