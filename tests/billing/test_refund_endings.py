"""What ends with a refund: nothing is left by several refunds together, sums that name licenses, several payments."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from storefront.billing.services import payments, refund_plans, refund_units
from storefront.billing.services.refund_plans import RefundDecision, plan
from storefront.billing.states import RefundStatus
from storefront.licensing.models import License
from storefront.users import roles
from tests.backoffice.conftest import client_of, staff  # noqa: F401  (fixtures)
from tests.backoffice.test_money_desk import press
from tests.billing.building import make_invoice
from tests.billing.test_refund_decisions import advance, begin, statuses, terms, two_lines, units_of  # noqa: F401
from tests.licensing.conftest import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved_by_two(settings: Any, make_customer: Any) -> None:
    for name in ("first", "second"):
        make_customer(f"{name}@example.com").groups.add(roles.ensure_role(roles.ACCOUNTING))


def named(client: Any, address: str, **data: str) -> tuple[str, list[str]]:
    """The preview, and the numbers of the licenses that it names."""
    text = " ".join(client.post(address, {"reason": "r", **data}).context["preview"])
    return text, [each.number for each in License.objects.order_by("pk") if f"License {each.number}" in text]


def test_two_sums_that_leave_nothing_together_say_so(
    client_of: Any,  # noqa: F811
    two_lines: Any,  # noqa: F811
    approved_by_two: None,
    settings: Any,
) -> None:
    settings.REFUND_APPROVAL_ABOVE = {"EUR": Decimal(50)}
    everything = list(License.objects.order_by("pk").values_list("number", flat=True))
    accounting, owner = client_of("Accounting"), client_of("Owner")
    path = f"/admin/refunds/invoice/{two_lines.number}/"
    assert named(accounting, path, how="sum", amount="60.00")[1] == []
    press(accounting, path, how="sum", amount="60.00", reason="One")
    text, numbers = named(accounting, path, how="sum", amount="40.00")
    assert numbers == everything and "Together with the refunds already asked for" in text
    press(accounting, path, how="sum", amount="40.00", reason="Two")
    [second, first] = two_lines.refunds.all()
    press(owner, f"/admin/refunds/{first.pk}/approve/", reason="Agreed")
    assert statuses(two_lines) == ["pending", "pending"]
    text, numbers = named(owner, f"/admin/refunds/{second.pk}/approve/")
    assert numbers == everything and f"Nothing of invoice {two_lines.number} is left" in text
    press(owner, f"/admin/refunds/{second.pk}/approve/", reason="Agreed")
    assert statuses(two_lines) == ["revoked", "revoked"]


def test_who_approves_the_last_line_sees_that_everything_ends(
    client_of: Any,  # noqa: F811
    two_lines: Any,  # noqa: F811
    approved_by_two: None,
    settings: Any,
) -> None:
    begin(invoice=two_lines, amount=Decimal("60.00"))
    settings.REFUND_APPROVAL_ABOVE = {"EUR": Decimal(10)}
    [waiting] = begin(invoice=two_lines, units=[units_of(two_lines)[1]])
    assert waiting.status == RefundStatus.AWAITING
    owner, address = client_of("Owner"), f"/admin/refunds/{waiting.pk}/approve/"
    text, numbers = named(owner, address)
    assert len(numbers) == 2 and f"Nothing of invoice {two_lines.number} is left" in text
    press(owner, address, reason="Agreed")
    assert statuses(two_lines) == ["revoked", "revoked"]


def test_a_unit_gives_back_no_more_than_its_price(two_lines: Any, audited: Any) -> None:  # noqa: F811
    [first, second] = units_of(two_lines)
    begin(invoice=two_lines, amount=Decimal("35.00"), ending=[second])
    assert statuses(two_lines) == ["pending", "revoked"]
    assert refund_units.units_left(two_lines) == {first: Decimal("60.00"), second: Decimal("5.00")}
    assert plan(RefundDecision(invoice=two_lines, units=[second])).amount == Decimal("5.00")
    assert audited() == []


def test_a_sum_is_of_the_units_it_names_in_their_order(two_lines: Any, audited: Any) -> None:  # noqa: F811
    [first, second] = units_of(two_lines)
    begin(invoice=two_lines, amount=Decimal("75.00"), ending=[first, second])
    assert refund_units.units_left(two_lines) == {first: Decimal("0.00"), second: Decimal("25.00")}
    assert statuses(two_lines) == ["revoked", "revoked"]
    assert audited() == []


def _bought_with_two(stripe: Any, customer: Any) -> tuple[Any, Any, Any]:
    one, other = advance(stripe, customer, "30.00"), advance(stripe, customer, "70.00")
    invoice = make_invoice(customer, "60.00", "40.00", terms=[terms(make_product("a")), terms(make_product("b"))])
    payments.pay(invoice, [(one, Decimal("30.00")), (other, Decimal("70.00"))])
    return invoice, one, other


def test_a_license_ends_only_when_all_payments_have_given_back(stripe: Any, customer: Any, audited: Any) -> None:
    invoice, _one, other = _bought_with_two(stripe, customer)
    stripe.dispute(other.reference)  # it refuses to refund it
    made = begin(invoice=invoice, amount=Decimal("50.00"), ending=[units_of(invoice)[0]])
    assert [each.status for each in made] == ["succeeded", "failed"]
    assert statuses(invoice) == ["pending", "pending"]


def test_a_license_ends_with_the_last_payment(stripe: Any, customer: Any, audited: Any) -> None:
    invoice, _one, _other = _bought_with_two(stripe, customer)
    unit = units_of(invoice)[0]
    decision = RefundDecision(invoice=invoice, amount=Decimal("50.00"), ending=[unit])
    assert refund_plans.ending_with(plan(decision)) == [unit]
    begin(invoice=invoice, amount=Decimal("50.00"), ending=[unit])
    assert statuses(invoice) == ["revoked", "pending"]
    assert audited() == []


def test_a_line_named_twice_is_refunded_once(two_lines: Any) -> None:  # noqa: F811
    [first, _second] = units_of(two_lines)
    assert plan(RefundDecision(invoice=two_lines, units=[first, first])).amount == Decimal("60.00")
