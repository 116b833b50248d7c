"""Staff's process is killed at every point of an act on an unpaid invoice: the act is done or not, never half."""

from __future__ import annotations

from typing import Any

import pytest

from storefront.billing.errors import InvoiceVoid
from storefront.billing.models import Invoice
from storefront.billing.services import replacing, unpaid
from storefront.billing.services.starting import start
from storefront.core import audit
from storefront.notifications.models import OutboxMessage
from tests.billing.building import make_invoice
from tests.races.test_crashes import MOST_POINTS, backend, doomed, mails  # noqa: F401  (fixtures)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def told(kind: str, invoice: Invoice) -> int:
    return OutboxMessage.objects.filter(key__startswith=f"{kind}:{invoice.number}").count()


def test_killed_while_an_order_is_cancelled_it_can_be_cancelled_again(
    doomed: Any,  # noqa: F811
    stripe: Any,
    make_customer: Any,
) -> None:
    for die_at in range(1, MOST_POINTS):
        invoice = make_invoice(make_customer(f"buyer{die_at}@example.com"))
        attempt = start(invoice=invoice, gateway_name="stripe")
        died = doomed.run("cancel_unpaid", die_at, invoice=invoice.pk)
        half = Invoice.objects.select_related("order").get(pk=invoice.pk)
        is_done = half.status == "void"
        assert (half.order.status == "Cancelled") == is_done
        assert told("order-voided", invoice) == is_done
        if not is_done:
            unpaid.close_charges(invoice=invoice)
            unpaid.cancel(invoice=invoice, is_told=True)
        assert stripe.pay(attempt.provider_reference) == "closed"
        assert told("order-voided", invoice) == 1
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    assert die_at > 3
    assert [str(finding) for finding in audit.run()] == []


def test_killed_while_the_payer_is_changed_one_invoice_is_open(
    doomed: Any,  # noqa: F811
    stripe: Any,
    make_customer: Any,
) -> None:
    for die_at in range(1, MOST_POINTS):
        invoice = make_invoice(make_customer(f"payer{die_at}@example.com"))
        start(invoice=invoice, gateway_name="stripe")
        died = doomed.run("change_payer", die_at, invoice=invoice.pk)
        assert Invoice.objects.filter(order=invoice.order, status="open").count() == 1
        try:
            unpaid.close_charges(invoice=invoice)
            replacing.change_payer(invoice=invoice, payer={"company": "Acme GmbH"}, is_told=True)
        except InvoiceVoid:
            pass  # it was done before the process died
        found = Invoice.objects.filter(order=invoice.order).order_by("pk")
        assert [each.status for each in found] == ["void", "open"]
        assert told("invoice-replaced", found[1]) == 1
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    assert die_at > 3
    assert [str(finding) for finding in audit.run()] == []
