"""What staff decide to give back: lines or sums, over all payments of an invoice, and what licenses lose by it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from storefront.billing import signals
from storefront.billing.errors import NotRefundable
from storefront.billing.models import Payment, PaymentAttempt, Refund
from storefront.billing.services import invoices, payments, refund_plans, refund_units, refunds
from storefront.billing.services.refund_plans import RefundDecision, plan
from storefront.billing.services.refund_units import Unit
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import AttemptStatus, InvoiceKind, InvoiceStatus, RefundStatus
from storefront.core.license_terms import LicenseTerms
from storefront.licensing.losses import losses_of
from storefront.licensing.models import License
from storefront.notifications.models import OutboxMessage
from tests.billing.building import make_invoice
from tests.billing.test_refunds import kinds
from tests.licensing.conftest import make_product

pytestmark = pytest.mark.django_db


def terms(software: Any, **changes: Any) -> LicenseTerms:
    plan = software.plans.get(code="standard")
    values = {
        "software_id": software.pk, "product_title": software.product.title, "plan_id": plan.pk,
        "plan_code": plan.code, "plan_name": plan.name, "months": 12, "binding_kind": software.binding_kind,
    }  # fmt: skip
    return LicenseTerms(**values | changes)


def pay(stripe: Any, invoice: Any) -> Payment:
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    return settle(attempt_id=attempt.pk).payment


def units_of(invoice: Any) -> list[Unit]:
    return list(refund_units.units_left(invoice))


def begin(is_told: bool = False, **wanted: Any) -> list[Refund]:
    return refunds.begin(decision=RefundDecision(**wanted), reason="As agreed", by=None, is_told=is_told)


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


@pytest.fixture
def two_lines(stripe: Any, customer: Any) -> Any:
    """A paid invoice of two licenses, 60.00 and 40.00."""
    first, second = make_product("first"), make_product("second")
    invoice = make_invoice(customer, "60.00", "40.00", terms=[terms(first), terms(second)])
    pay(stripe, invoice)
    return invoice


def statuses(invoice: Any) -> list[str]:
    licenses = License.objects.filter(periods__invoice_line__invoice=invoice).order_by("pk")
    return list(licenses.values_list("status", flat=True))


def test_a_refunded_line_ends_what_it_granted_and_nothing_else(two_lines: Any, audited: Any) -> None:
    [first, second] = units_of(two_lines)
    [refund] = begin(invoice=two_lines, units=[second])
    assert (refund.status, refund.amount, refund.invoice) == (RefundStatus.SUCCEEDED, Decimal("40.00"), two_lines)
    assert statuses(two_lines) == ["pending", "revoked"]
    assert fresh(two_lines).status == InvoiceStatus.PAID
    assert refund_units.units_left(two_lines) == {first: Decimal("60.00"), second: Decimal("0.00")}
    assert kinds() == [] and audited() == []  # staff decided it, so nothing waits for them


def test_the_last_line_takes_the_invoice_back(two_lines: Any, audited: Any) -> None:
    [first, second] = units_of(two_lines)
    begin(invoice=two_lines, units=[second])
    begin(invoice=two_lines, units=[first])
    assert fresh(two_lines).status == InvoiceStatus.REFUNDED
    assert statuses(two_lines) == ["revoked", "revoked"]
    assert audited() == []


def test_a_line_is_refunded_once(two_lines: Any) -> None:
    [_first, second] = units_of(two_lines)
    begin(invoice=two_lines, units=[second])
    with pytest.raises(NotRefundable):
        begin(invoice=two_lines, units=[second])


def test_a_sum_ends_no_license(two_lines: Any, audited: Any) -> None:
    begin(invoice=two_lines, amount=Decimal("40.00"))
    assert statuses(two_lines) == ["pending", "pending"]
    assert fresh(two_lines).status == InvoiceStatus.PAID
    assert audited() == []


def test_a_sum_ends_the_licenses_that_staff_name(two_lines: Any, audited: Any) -> None:
    [first, _second] = units_of(two_lines)
    begin(invoice=two_lines, amount=Decimal("5.00"), ending=[first])
    assert statuses(two_lines) == ["revoked", "pending"]
    assert audited() == []


def test_a_sum_that_leaves_nothing_ends_everything(two_lines: Any, audited: Any) -> None:
    decision = RefundDecision(invoice=two_lines, amount=Decimal("100.00"))
    assert plan(decision).is_whole
    begin(invoice=two_lines, amount=Decimal("100.00"))
    assert fresh(two_lines).status == InvoiceStatus.REFUNDED
    assert statuses(two_lines) == ["revoked", "revoked"]
    assert audited() == []


def test_one_unit_of_three_takes_its_own_cents(stripe: Any, customer: Any, audited: Any) -> None:
    """10.00 for three licenses is 3.34, 3.33 and 3.33."""
    with transaction.atomic():
        invoice = invoices.issue(
            customer=customer, order=None, currency="EUR", payer={"name": "Ada", "email": customer.email},
            lines=[
                invoices.NewLine(
                    description="Three", quantity=3, amount=Decimal("10.00"), list_amount=Decimal("10.00"),
                    license_terms=terms(make_product("three")),
                )
            ],
        )  # fmt: skip
    pay(stripe, invoice)
    first, second, third = units_of(invoice)
    assert begin(invoice=invoice, units=[first])[0].amount == Decimal("3.34")
    assert begin(invoice=invoice, units=[third])[0].amount == Decimal("3.33")
    assert statuses(invoice) == ["revoked", "pending", "revoked"]
    assert begin(invoice=invoice, units=[second])[0].amount == Decimal("3.33")
    assert fresh(invoice).status == InvoiceStatus.REFUNDED
    assert audited() == []


def test_what_is_taken_from_licenses_is_what_was_shown_before(two_lines: Any) -> None:
    """Two periods of one license, the earlier one refunded: the preview names the very end that comes out."""
    license = License.objects.filter(periods__invoice_line__invoice=two_lines).order_by("pk").first()
    assert license is not None
    [first, _second] = units_of(two_lines)
    decision = RefundDecision(invoice=two_lines, units=[first])
    [loss] = losses_of(refund_plans.ending_with(plan(decision)))
    assert (loss.license, loss.months, loss.ends_at) == (license, 12, None)
    begin(invoice=two_lines, units=[first])
    assert fresh(license).status == "revoked"


def test_the_customer_reads_what_they_get_and_lose(two_lines: Any, outbox: Any) -> None:
    [first, _second] = units_of(two_lines)
    [refund] = begin(invoice=two_lines, units=[first], is_told=True)
    message = OutboxMessage.objects.get(key=f"refund_made:{refund.pk}")
    number = License.objects.filter(status="revoked").get().number
    assert message.payload["to"] == two_lines.customer.email
    assert f"License {number}" in str(message.payload["context"]["effects"])


def test_nobody_is_told_unless_staff_say_so(two_lines: Any, outbox: Any) -> None:
    begin(invoice=two_lines, amount=Decimal("1.00"))
    assert outbox("refund_made:") == []


def test_a_refund_that_only_the_provider_knows_ends_no_line(stripe: Any, two_lines: Any) -> None:
    payment = Payment.objects.get()
    stripe.refund(payment.reference, amount=4000)
    settle(attempt_id=payment.attempt_id)
    assert statuses(two_lines) == ["pending", "pending"]
    assert kinds() == ["partial_refund"]


def test_a_line_ends_only_once_the_provider_has_made_the_refund(stripe: Any, two_lines: Any) -> None:
    [first, _second] = units_of(two_lines)
    stripe.fail_next(kind="reset", method="POST")
    [refund] = begin(invoice=two_lines, units=[first])
    assert refund.status == RefundStatus.CREATED
    assert statuses(two_lines) == ["pending", "pending"]
    assert refunds.ask(Refund.objects.select_related("payment__attempt").get()).status == RefundStatus.SUCCEEDED
    assert statuses(two_lines) == ["revoked", "pending"]


# --- An invoice that several payments paid together --------------------------------------------------------------


def advance(stripe: Any, customer: Any, amount: str) -> Payment:
    """Money on the personal account, paid by card."""
    return pay(stripe, make_invoice(customer, amount, kind=InvoiceKind.ADVANCE_PAYMENT))


def test_a_line_is_taken_from_both_payments(stripe: Any, customer: Any, audited: Any) -> None:
    one, other = advance(stripe, customer, "30.00"), advance(stripe, customer, "70.00")
    invoice = make_invoice(customer, "60.00", "40.00", terms=[terms(make_product("a")), terms(make_product("b"))])
    payments.pay(invoice, [(one, Decimal("30.00")), (other, Decimal("70.00"))])
    [first, second] = units_of(invoice)
    made = begin(invoice=invoice, units=[first])
    assert [(each.payment, each.amount, each.status) for each in made] == [
        (one, Decimal("30.00"), "succeeded"),
        (other, Decimal("30.00"), "succeeded"),
    ]
    assert len({each.decision for each in made}) == 1
    assert statuses(invoice) == ["revoked", "pending"]
    assert audited() == []
    begin(invoice=invoice, units=[second])
    assert fresh(invoice).status == InvoiceStatus.REFUNDED
    assert audited() == []


def test_a_line_ends_when_the_last_of_its_payments_has_given_back(stripe: Any, customer: Any, audited: Any) -> None:
    one, other = advance(stripe, customer, "30.00"), advance(stripe, customer, "70.00")
    invoice = make_invoice(customer, "60.00", "40.00", terms=[terms(make_product("a")), terms(make_product("b"))])
    payments.pay(invoice, [(one, Decimal("30.00")), (other, Decimal("70.00"))])
    stripe.dispute(other.reference)  # it refuses to refund it
    made = begin(invoice=invoice, units=[units_of(invoice)[0]])
    assert [each.status for each in made] == ["succeeded", "failed"]
    assert statuses(invoice)[0] != "revoked"


@pytest.mark.parametrize(("refused", "told"), [(None, "60.00"), (0, "30.00"), (1, "30.00"), ("both", "")])
def test_a_decision_that_takes_from_two_payments_is_one_mail(
    stripe: Any, customer: Any, outbox: Any, refused: Any, told: str
) -> None:
    """It says all that goes back, once it is known of both."""
    money = [advance(stripe, customer, "30.00"), advance(stripe, customer, "70.00")]
    invoice = make_invoice(customer, "60.00", "40.00", terms=[terms(make_product("a")), terms(make_product("b"))])
    payments.pay(invoice, [(money[0], Decimal("30.00")), (money[1], Decimal("70.00"))])
    number = License.objects.order_by("pk").first().number  # type: ignore[union-attr]
    for each in money if refused == "both" else [] if refused is None else [money[refused]]:
        stripe.dispute(each.reference)  # it refuses to refund it
    begin(is_told=True, invoice=invoice, units=[units_of(invoice)[0]])
    mails = OutboxMessage.objects.filter(template="refund_made")
    assert [each.payload["context"]["amount"]["_amount"] for each in mails] == ([told] if told else [])
    if told == "60.00":
        assert number in str(mails[0].payload["context"]["effects"])


@pytest.mark.parametrize("told", [0, 1])
def test_a_refund_that_was_told_by_itself_before_keeps_no_mail_about_the_other_back(
    stripe: Any, customer: Any, outbox: Any, told: int
) -> None:
    """Earlier releases wrote a mail for each; one may be on its way at the upgrade."""
    money = [advance(stripe, customer, "30.00"), advance(stripe, customer, "70.00")]
    invoice = make_invoice(customer, "60.00", "40.00", terms=[terms(make_product("a")), terms(make_product("b"))])
    payments.pay(invoice, [(money[0], Decimal("30.00")), (money[1], Decimal("70.00"))])
    refunds_made = sorted(begin(is_told=True, invoice=invoice, units=units_of(invoice)), key=lambda each: each.pk)
    both = OutboxMessage.objects.get(template="refund_made")
    OutboxMessage.objects.filter(pk=both.pk).update(key=f"refund_made:{refunds_made[told].pk}")
    other = refunds_made[1 - told]
    signals.refund_given_up.send(sender=Refund, refund=other)
    signals.refund_given_up.send(sender=Refund, refund=other)
    later = OutboxMessage.objects.filter(template="refund_made").exclude(pk=both.pk).get()
    assert Decimal(later.payload["context"]["amount"]["_amount"]) == other.amount


def test_what_was_bought_later_stays_when_an_earlier_line_is_refunded(stripe: Any, customer: Any, audited: Any) -> None:
    """One payment paid for two invoices: the refund takes back the one it was decided about."""
    money = advance(stripe, customer, "100.00")
    first = make_invoice(customer, "60.00", terms=[terms(make_product("a"))])
    second = make_invoice(customer, "40.00", terms=[terms(make_product("b"))])
    payments.pay(first, [(money, Decimal("60.00"))])
    payments.pay(second, [(money, Decimal("40.00"))])
    begin(invoice=first, units=units_of(first))
    assert (fresh(first).status, fresh(second).status) == (InvoiceStatus.REFUNDED, InvoiceStatus.PAID)
    assert (statuses(first), statuses(second)) == (["revoked"], ["pending"])
    assert audited() == []


cents = st.integers(min_value=1, max_value=30_000).map(lambda value: Decimal(value) / 100)


@given(
    prices=st.lists(cents, min_size=1, max_size=4),
    cuts=st.lists(st.integers(min_value=1, max_value=100), max_size=3),
    chosen=st.lists(st.integers(min_value=0, max_value=3), min_size=1, max_size=4),
    sum_part=st.integers(min_value=0, max_value=120),
)
@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_decided_no_cent_is_lost_and_none_too_many_is_asked_for(
    customer: Any, settings: Any, prices: Any, cuts: Any, chosen: Any, sum_part: int
) -> None:
    """Any prices, any split over payments: parts add up to the decision, units to their prices, each payment gives at
    most what it has left, and a second plan after the first is written takes only what is left."""
    settings.STRIPE_API_KEY, settings.STRIPE_WEBHOOK_SECRETS = "sk_test_sandbox", ["whsec_sandbox"]
    invoice = make_invoice(customer, *(str(price) for price in prices))
    paid = [received(customer, amount) for amount in _split(invoice.amount, cuts)]
    payments.pay(invoice, [(payment, payment.amount) for payment in paid])
    units = units_of(invoice)
    wanted = list(dict.fromkeys(units[index % len(units)] for index in chosen))
    found = plan(RefundDecision(invoice=invoice, units=wanted))
    prices_of = refund_units.units_left(invoice)
    assert found.amount == sum(prices_of[unit] for unit in wanted)
    for unit in wanted:
        of_unit = [each.amount for part in found.parts for each in part.units if each.unit == unit]
        assert sum(of_unit) == prices_of[unit]
    for part in found.parts:
        assert part.amount == sum(each.amount for each in part.units) and 0 < part.amount <= part.payment.amount
    for part in found.parts:  # as if they waited for a second person
        row = Refund.objects.create(payment=part.payment, invoice=invoice, amount=part.amount, is_ours=True,
                                    status="awaiting", decision=str(invoice.pk))  # fmt: skip
        for each in part.units:
            row.units.create(line_id=each.unit.line_id, unit=each.unit.number, amount=each.amount)
    left = invoice.amount - found.amount
    assert sum(part.amount for part in refund_plans.sources(invoice)) == left
    asked = (invoice.amount * sum_part / 100).quantize(Decimal("0.01"))
    decision = RefundDecision(invoice=invoice, amount=asked)
    if 0 < asked <= left:
        assert plan(decision).amount == asked
    else:
        with pytest.raises(NotRefundable):
            plan(decision)


def _split(total: Decimal, cuts: list[int]) -> list[Decimal]:
    parts, left = [], total
    for cut in cuts:
        part = (left * cut / 200).quantize(Decimal("0.01"))
        if 0 < part < left:
            parts.append(part)
            left -= part
    return [*parts, left]


def received(customer: Any, amount: Decimal) -> Payment:
    """Money of an advance payment by card, without a provider around it."""
    invoice = make_invoice(customer, str(amount), kind=InvoiceKind.ADVANCE_PAYMENT, with_order=False)
    attempt = PaymentAttempt.objects.create(
        invoice=invoice, gateway="stripe", is_live=False, status=AttemptStatus.SUCCEEDED, currency="EUR",
        amount=amount, provider_reference=f"cs_{invoice.pk}",
    )  # fmt: skip
    return payments.register(
        customer=customer, gateway="stripe", reference=f"cs_{invoice.pk}", is_live=False, amount=amount,
        currency="EUR", attempt=attempt,
    )  # fmt: skip
