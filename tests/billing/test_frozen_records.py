"""The database itself refuses to change an issued invoice or a past movement of money.

The triggers come with a migration; the tests build their tables without migrations, so they are installed here.
Run on PostgreSQL too, from tests/races.
"""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction

from storefront.billing.db_triggers import FROZEN_TABLES
from storefront.billing.models import (
    Allocation,
    EarlyStart,
    FreeOrder,
    Invoice,
    InvoiceLine,
    LedgerAccount,
    LedgerEntry,
    LedgerTransaction,
    LineShare,
    LocationEvidence,
    Mandate,
    Payment,
    PaymentAttempt,
    Refund,
    RefundedUnit,
    VatCheck,
)
from storefront.billing.services import free, refund_units, refunds
from storefront.billing.services.refund_plans import RefundDecision
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from tests.billing.building import make_invoice
from tests.billing.saved_methods import make_mandate, make_method

pytestmark = pytest.mark.django_db


@pytest.fixture
def frozen(stripe, invoice):
    """A shop with one paid invoice, and the triggers of the migration."""
    migration = import_module("storefront.billing.migrations.0002_frozen_records").Migration
    (operation,) = migration.operations

    class Editor:
        pass

    editor = Editor()
    editor.connection = connection
    operation.code(None, editor)
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    settle(attempt_id=payment.pk)  # the whole flow works under the triggers
    units = list(refund_units.units_left(payment.invoice))
    decision = RefundDecision(invoice=payment.invoice, amount=Decimal("10.00"), ending=units)
    refunds.begin(decision=decision, reason="", by=None)
    nothing = make_invoice(invoice.customer, "0.00")
    free.settle(invoice=nothing, cause="voucher", reference="SPRING")
    VatCheck.objects.create(vat_id="FR40303265045", outcome="valid")
    LocationEvidence.objects.create(invoice=invoice, kind="card", country="FR", source="stripe")
    EarlyStart.objects.create(invoice=invoice, text="Begin at once", language="en")
    make_mandate(make_method(invoice.customer))
    return invoice


CHANGES = [
    (Invoice, {"number": "INV-2026-999999"}),
    (Invoice, {"amount": "1.00"}),
    (Invoice, {"net": "1.00"}),
    (Invoice, {"tax": "1.00"}),
    (Invoice, {"hash_version": 1}),
    (Invoice, {"tax_treatment": "zero"}),
    (Invoice, {"tax_facts": {"reason": "export"}}),
    (Invoice, {"currency": "USD"}),
    (Invoice, {"seller": {"name": "Another"}}),
    (Invoice, {"payer": {"name": "Another"}}),
    (Invoice, {"content_hash": "0" * 64}),
    (Invoice, {"order": None}),
    (InvoiceLine, {"amount": "1.00"}),
    (InvoiceLine, {"tax": "1.00"}),
    (InvoiceLine, {"description": "Another"}),
    (InvoiceLine, {"quantity": 2}),
    (InvoiceLine, {"license_terms_json": {"months": 120}}),
    (InvoiceLine, {"plan_id": 7}),
    (Invoice, {"kind": "renewal"}),
    (VatCheck, {"outcome": "invalid"}),
    (LocationEvidence, {"country": "DE"}),
    (Payment, {"amount": "1.00"}),
    (Payment, {"reference": "another"}),
    (Refund, {"amount": "1.00"}),
    (Refund, {"decision": "another"}),
    (RefundedUnit, {"amount": "1.00"}),
    (PaymentAttempt, {"amount": "1.00"}),
    (PaymentAttempt, {"currency": "USD"}),
    (LedgerEntry, {"amount": "1.00"}),
    (LedgerTransaction, {"key": "another"}),
    (LedgerAccount, {"currency": "USD"}),
    (Allocation, {"amount": "1.00"}),
    (LineShare, {"amount": "-1.00"}),
    (FreeOrder, {"reference": "ANOTHER"}),
    (EarlyStart, {"text": "Another"}),
    (PaymentAttempt, {"saving": "attended"}),
    (Mandate, {"text": "Another"}),
    (Mandate, {"amount_limit": "1.00"}),
    (Mandate, {"scope": "top_up"}),
    (Mandate, {"agreed_at": "2020-01-01T00:00:00Z"}),
]


def test_every_change_is_refused(frozen):
    for model, change in CHANGES:
        with raises_never_changed(f"{model.__name__} {change}"), transaction.atomic():
            model.objects.update(**change)


def test_deleting_is_refused(frozen):
    for table in FROZEN_TABLES.tables:
        with raises_never_changed(table), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")


@contextmanager
def raises_never_changed(what):
    """As ``pytest.raises``, but says of what if nothing is raised."""
    try:
        yield
    except DatabaseError as exc:
        assert "never changed" in str(exc), f"{what}: {exc}"
    else:
        pytest.fail(f"{what}: went through")


def test_what_happens_to_an_invoice_may_still_be_noted(frozen):
    stored = Invoice.objects.get(pk=frozen.pk)
    stored.void_reason = "noted"
    stored.save()
    assert Invoice.objects.get(pk=frozen.pk).void_reason == "noted"


def test_control_run_without_triggers_the_same_changes_go_through(frozen):
    FROZEN_TABLES.remove(connection)
    for model, change in CHANGES:
        if "order" not in change:
            assert model.objects.filter(pk=model.objects.latest("pk").pk).update(**change) == 1


def test_no_trigger_is_forgotten(frozen):
    source = {"sqlite": "sqlite_master WHERE type = 'trigger'", "postgresql": "pg_trigger WHERE NOT tgisinternal"}
    name = {"sqlite": "name", "postgresql": "tgname"}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name[connection.vendor]} FROM {source[connection.vendor]}")
        found = {row[0] for row in cursor.fetchall()}
    assert {f"{table}_no_{act}" for table in FROZEN_TABLES.tables for act in ("update", "delete")} <= found
