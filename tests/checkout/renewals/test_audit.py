"""The auditor finds what must never be: two charges for one period, charges after a stop, consents without a text."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from storefront.billing.models import Mandate, PaymentAttempt
from storefront.core import clock
from storefront.licensing.models import Renewal
from storefront.licensing.states import RenewalStatus
from storefront.licensing.subscriptions import consents, stopping
from storefront.licensing.subscriptions.audit import checks
from tests.checkout.renewals.building import buy, make_method, order, turn_on

pytestmark = pytest.mark.django_db


def found() -> list[str]:
    return [finding.check for finding in checks()]


def test_each_broken_rule_is_found(customer: Any, software: Any) -> None:
    license, method = buy(customer, software), make_method(customer)
    subscription = turn_on(license, method=method)
    row = Renewal.objects.get()
    invoice = order(customer, software, extends=license.public_id).invoice
    Renewal.objects.update(status=RenewalStatus.CHARGING, invoice=invoice, due_at=clock.now() - timedelta(days=1))
    row.refresh_from_db()
    tried = row.tries.create(number=1, invoice=invoice, source="method")
    mandate = consents.of_method(subscription).get()
    charge = {
        "invoice": invoice, "gateway": "stripe", "is_live": False, "currency": "EUR", "amount": invoice.amount,
        "saved_method": method, "mandate": mandate, "status": "succeeded",
    }  # fmt: skip
    first = PaymentAttempt.objects.create(**charge)
    assert found() == []

    second = PaymentAttempt.objects.create(**charge)
    assert found() == ["renewal-charged-twice"]
    second.delete()
    PaymentAttempt.objects.filter(pk=first.pk).update(amount=invoice.amount + 1)
    assert found() == ["renewal-above-agreed"]
    PaymentAttempt.objects.filter(pk=first.pk).update(amount=invoice.amount)
    Renewal.objects.update(due_at=clock.now() + timedelta(days=1))
    assert found() == ["renewal-before-its-day"]
    Renewal.objects.update(due_at=clock.now() - timedelta(days=1))

    stopping.stop(subscription)
    assert found() == []
    late = clock.now() + timedelta(hours=1)
    PaymentAttempt.objects.filter(pk=first.pk).update(created_at=late)
    type(tried).objects.update(begun_at=late)
    assert found() == ["renewal-after-stop", "renewal-try-after-stop"]
    PaymentAttempt.objects.filter(pk=first.pk).update(created_at=mandate.agreed_at)
    type(tried).objects.update(begun_at=mandate.agreed_at)
    Mandate.objects.update(sha256="0" * 64)
    assert set(found()) == {"mandate-text"}
