"""What is needed is announced, then charged; never without a notice, after an end, or for what is not needed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from checkout.auto_payments import needs, running
from storefront.account.auto_payments import sources
from storefront.billing.auto_top_ups import audit, switching
from storefront.billing.models import AutoTopUp, AutoTopUpCharge, Invoice, Mandate
from storefront.billing.saved_methods import removing
from storefront.billing.services import ledger
from storefront.core import clock
from storefront.notifications.models import DeliveryStatus, OutboxMessage
from tests.checkout.auto_payments.building import (
    NOW,
    charged,
    charges,
    needed,
    pass_days,
    save_card,
    turn_on,
    work,
)
from tests.checkout.renewals.building import buy, make_product
from tests.checkout.renewals.building import turn_on as renew

pytestmark = pytest.mark.django_db


@pytest.fixture
def frozen() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def card(frozen: Any, stripe: Any, customer: Any) -> Any:
    return save_card(stripe, customer)


@pytest.fixture(autouse=True)
def sound() -> Iterator[None]:
    yield
    assert list(audit.checks()) == []


def mails(prefix: str) -> list[str]:
    rows = OutboxMessage.objects.filter(template__startswith=f"auto_payment_{prefix}")
    return list(rows.order_by("pk").values_list("status", flat=True))


def test_what_is_missing_is_announced_three_days_before_it_is_charged(frozen: Any, card: Any, customer: Any) -> None:
    turn_on(customer, card, included=needed(customer, "35.20"))
    work()
    work()
    (charge,) = charges()
    assert (charge.status, charge.amount, charge.method_label) == ("noticed", Decimal("34.20"), "Visa •••• 4242")
    assert charge.charge_at.isoformat() == "2026-12-04T09:00:00+00:00"  # ten o'clock in Berlin
    assert mails("notice") == ["sent"]
    pass_days(frozen, 2)
    assert charged() == []
    pass_days(frozen, 2)
    (attempt,) = charged()
    assert attempt.amount == Decimal("34.20")
    (charge,) = charges()
    assert (charge.status, charge.tries, mails("charged")) == ("paid", 1, ["sent"])
    assert not OutboxMessage.objects.filter(template="account_topped_up", key__contains=charge.invoice.number).exists()
    # The invoice that the customer chose is paid by it, and each says so of the other.
    paid = Invoice.objects.get(amount=Decimal("35.20"))
    assert paid.status == "paid" and ledger.balance_of(customer, "EUR") == 0
    pass_days(frozen, 5)
    assert len(charges()) == 1


def test_a_month_needs_the_renewals_of_the_account_and_the_chosen_invoices_only(
    frozen: Any, card: Any, customer: Any, shop: Any
) -> None:
    product = make_product()
    near, far = buy(customer, product, months=1), buy(customer, product, months=12)
    by_card = buy(customer, product, months=1)
    renew(near, months=1, pays_from="account")
    renew(far, months=12, pays_from="account")
    renew(by_card, months=1, method=card)
    numbers = needed(customer, "20.00", "30.00")
    chosen = list(Invoice.objects.filter(number=numbers[0]))
    lines = needs.lines(customer, "EUR", included=chosen, now=clock.now(), language="en")
    assert sorted((line.kind, str(line.amount)) for line in lines) == [("invoice", "20.00"), ("renewal", "10.00")]
    assert {line.number for line in lines} == {numbers[0], near.public_id}


def test_one_press_skips_a_charge_and_nothing_is_charged_for_the_same(frozen: Any, card: Any, customer: Any) -> None:
    turn_on(customer, card, included=needed(customer, "35.20"))
    work()
    (charge,) = charges()
    assert switching.skip(charge) and not switching.skip(charge)
    pass_days(frozen, 6)
    assert charged() == [] and [each.status for each in charges()] == ["skipped"]


def test_turned_off_stops_what_is_planned_and_ends_the_mandate(frozen: Any, card: Any, customer: Any) -> None:
    top_up = turn_on(customer, card, included=needed(customer, "35.20"))
    work()
    assert switching.turn_off(top_up, by=AutoTopUp.EndedBy.CUSTOMER)
    pass_days(frozen, 6)
    assert charged() == [] and [each.status for each in charges()] == ["stopped"]
    assert mails("off") == ["sent"] and not Mandate.objects.filter(scope="top_up", ended_at=None).exists()


def test_a_removed_card_turns_it_off(frozen: Any, card: Any, customer: Any) -> None:
    turn_on(customer, card, included=needed(customer, "35.20"))
    work()
    removing.remove(card)
    assert not AutoTopUp.objects.get().is_on and [each.status for each in charges()] == ["stopped"]
    pass_days(frozen, 6)
    assert charged() == [] and mails("off") == ["sent"]


@pytest.mark.parametrize("how", ["bounced", "withheld"])
def test_without_a_notice_nothing_is_charged(frozen: Any, card: Any, customer: Any, how: str) -> None:
    turn_on(customer, card, included=needed(customer, "35.20"))
    work()
    notice = OutboxMessage.objects.filter(template="auto_payment_notice")
    if how == "bounced":
        notice.update(delivery_status=DeliveryStatus.BOUNCED)
    else:
        notice.update(status="withheld", sent_at=None)
    pass_days(frozen, 6)
    (charge,) = charges()
    assert charged() == [] and (charge.status, charge.reason) == ("failed", "notice")


def test_a_notice_that_was_sent_late_puts_the_charge_off(frozen: Any, card: Any, customer: Any) -> None:
    turn_on(customer, card, included=needed(customer, "35.20"))
    work()
    late = clock.now().replace(day=3)
    OutboxMessage.objects.filter(template="auto_payment_notice").update(sent_at=late)
    pass_days(frozen, 4)
    assert charged() == []
    pass_days(frozen, 2)
    assert [each.created_at.day for each in charged()] == [6]


def test_less_is_charged_where_less_is_missing_by_then_and_nothing_where_nothing_is(
    frozen: Any, card: Any, customer: Any
) -> None:
    numbers = needed(customer, "35.20", "20.00")
    turn_on(customer, card, included=numbers)
    work()
    Invoice.objects.filter(number=numbers[1]).update(status="void")
    pass_days(frozen, 4)
    assert [each.amount for each in charged()] == [Decimal("34.20")]
    turn_on(customer, card, included=needed(customer, "10.00"))
    work()
    Invoice.objects.filter(amount=Decimal("10.00")).update(status="void")
    pass_days(frozen, 4)
    assert [each.status for each in charges()] == ["paid", "skipped"] and len(charged()) == 1


def test_the_cap_of_a_month_is_told_once_and_the_next_month_goes_on(frozen: Any, card: Any, customer: Any) -> None:
    turn_on(customer, card, cap="20.00", included=needed(customer, "35.20"))
    pass_days(frozen, 20)
    assert [each.amount for each in charged()] == [Decimal("20.00")]
    assert mails("cap_reached") == ["sent"]
    pass_days(frozen, 16)
    found = [(each.amount, each.created_at.month) for each in charged()]
    assert found == [(Decimal("20.00"), 12), (Decimal("14.20"), 1)]


@pytest.mark.parametrize(
    ("code", "days", "ends"), [("insufficient_funds", [4, 7, 11, 18], "failed"), ("stolen_card", [4], "failed")]
)
def test_refusals_follow_the_plan(
    frozen: Any, card: Any, customer: Any, stripe: Any, code: str, days: list[int], ends: str
) -> None:
    turn_on(customer, card, included=needed(customer, "35.20"))
    Invoice.objects.filter(amount=Decimal("35.20")).update(due_at=clock.now().replace(year=2027))
    stripe.refuse_method(card.method_reference, code="card_declined", decline_code=code)
    pass_days(frozen, 24)
    (charge,) = charges()
    tried = list(charge.invoice.attempts.order_by("pk").values_list("created_at", flat=True))
    assert [each.day for each in tried] == days and charge.status == ends
    assert mails("failed") == ["sent"] * len(days) and charge.refusal != ""
    assert charge.invoice.status in ("open", "void")


@pytest.mark.parametrize("method", ["bank_transfer", "webmoney", "webmoney_invoice"])
def test_an_invoice_is_mailed_where_the_method_cannot_be_charged_alone(
    frozen: Any, customer: Any, settings: Any, method: str
) -> None:
    settings.WEBMONEY_WMID, settings.WEBMONEY_PURSES = "012345678901", ["E123456789012:a-secret-key"]
    settings.WEBMONEY_INVOICE_PURSES, settings.WEBMONEY_TEST_MODE = ["E123456789012:a-secret-key:an-x20-key"], True
    offered = {source.gateway: source for source in sources.of(customer, "EUR")}
    if method != "bank_transfer":  # which is offered once the seller has an account
        assert offered[method].method is None and offered[method].invoiced_by == method
    top_up = turn_on(customer, None, invoiced_by=method, included=needed(customer, "35.20"))
    work()
    work()
    (charge,) = charges()
    assert (charge.status, charge.invoice.kind, charge.invoice.amount) == (
        "invoiced",
        "advance_payment",
        Decimal("35.20"),
    )
    assert mails("invoice") == ["sent"] and mails("notice") == []
    pass_days(frozen, 4)
    assert charged() == [] and len(charges()) == 1 and top_up.is_on


def test_a_killed_step_goes_on_from_its_row_and_charges_once(
    frozen: Any, card: Any, customer: Any, stripe: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn_on(customer, card, included=needed(customer, "35.20"))
    pass_days(frozen, 2)

    class Killed(BaseException):
        pass

    def killed(*args: Any, **kwargs: Any) -> Any:
        raise Killed

    for at in ("checkout.auto_payments.outcomes.charging.charge", "checkout.auto_payments.outcomes.note"):
        monkeypatch.setattr(at, killed)
        with pytest.raises(Killed):
            pass_days(frozen, 4)
        monkeypatch.undo()
        frozen.shift(600)
    (charge,) = charges()
    if charge.status != "paid":
        running.run_due()
    assert len(charged()) == 1 and AutoTopUpCharge.objects.get().status == "paid"
