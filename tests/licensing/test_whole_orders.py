"""What an order of several lines for one portal is said to do is what its payment does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from storefront.billing.models import InvoiceLine
from storefront.licensing.bitrix24.linking import link_installation
from storefront.licensing.effects import OrderedLine, effects_of
from storefront.licensing.models import Installation, License
from storefront.licensing.services.ledger import EMPTY_LEDGER, PeriodEntry, buy
from storefront.licensing.services.periods import read_ledger
from storefront.licensing.services.renewals import begin_periods
from tests.licensing.conftest import make_invoice, make_product, paid

pytestmark = pytest.mark.django_db
PORTAL = "acme.bitrix24.com"
START = datetime(2026, 1, 31, 10, 0, tzinfo=UTC)
PLACES = Decimal("0.000001")

a_line = st.tuples(st.sampled_from(["standard", "pro"]), st.sampled_from([1, 3, 12]))


def order(customer: Any, software: Any, lines: list[tuple[str, int]], change: str = "") -> Any:
    """An unpaid invoice with these lines, all for one portal."""
    first, *others = [
        make_invoice(customer, software, plan=plan, months=months, portal=PORTAL, change=change)
        for plan, months in lines
    ]
    for position, other in enumerate(others, start=2):
        InvoiceLine.objects.filter(invoice=other).update(invoice=first, position=position)
        other.delete()
    return first


def ordered(invoice: Any) -> list[OrderedLine]:
    return [OrderedLine(line.license_terms, line.quantity, line.amount) for line in invoice.lines.all()]


def told(invoice: Any, customer: Any) -> list[str]:
    return [effect.text for effect in effects_of(ordered(invoice), customer=customer, currency="EUR")]


def open_app() -> None:
    installation, _ = Installation.objects.get_or_create(
        client_id="app", member_id="a" * 32, app_code="yeastar-s", host=PORTAL,
        defaults={"is_installed": True, "is_host_proven": True},
    )  # fmt: skip
    link_installation(installation)


def whole(entries: tuple[PeriodEntry, ...]) -> list[PeriodEntry]:
    """With amounts as they are read from the ledger."""
    return [replace(entry, amount=entry.amount.quantize(PLACES)) for entry in entries]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    held=st.lists(a_line, max_size=2),
    is_open=st.booleans(),
    days=st.integers(0, 60),
    lines=st.lists(a_line, min_size=1, max_size=3),
    change=st.sampled_from(["now", "later"]),
)
@example(held=[("standard", 3)], is_open=True, days=10, lines=[("pro", 1), ("standard", 1), ("pro", 12)], change="now")
@example(held=[("standard", 1)], is_open=False, days=31, lines=[("pro", 3), ("standard", 1)], change="now")
@example(held=[("standard", 1)], is_open=True, days=35, lines=[("standard", 1), ("standard", 3)], change="later")
@example(held=[("standard", 1), ("pro", 1)], is_open=True, days=35, lines=[("standard", 1)], change="now")
def test_what_is_worked_out_for_a_whole_order_comes_true(
    customer: Any, held: list[Any], is_open: bool, days: int, lines: list[Any], change: str
) -> None:
    with time_machine.travel(START, tick=False) as clock, transaction.atomic():
        software = make_product()
        for each in held:
            paid(order(customer, software, [each]))
        if is_open:
            open_app()
        clock.shift(timedelta(days=days))
        begin_periods()
        now = START + timedelta(days=days)
        license = License.objects.first()
        ledger = read_ledger(license, now) if license else replace(EMPTY_LEDGER, is_active=is_open)
        invoice = order(customer, software, lines, change)
        for line in ordered(invoice):
            grant = line.terms
            _view, ledger = buy(
                ledger, plan_id=grant.plan_id, months=grant.months, amount=line.amount, currency="EUR",
                prices=grant.prices if change == "now" else None, now=now,
            )  # fmt: skip
        paid(invoice)
        license = License.objects.get()
        assert list(read_ledger(license, now).entries) == whole(ledger.entries)
        transaction.set_rollback(True)


def test_dates_of_the_second_line_follow_from_the_first(customer: Any, product: Any) -> None:
    with time_machine.travel("2026-03-01 12:00", tick=False):
        license = paid(order(customer, product, [("standard", 1)]))[0]
        open_app()
        first, second = told(order(customer, product, [("standard", 1), ("standard", 3)]), customer)
    assert first == f"Extends {license.number} from 1 April 2026, 12:00 UTC to 1 May 2026, 12:00 UTC."
    assert second == f"Extends {license.number} from 1 May 2026, 12:00 UTC to 1 August 2026, 12:00 UTC."


def test_change_at_once_is_followed_by_a_line_of_the_same_type(customer: Any, product: Any) -> None:
    with time_machine.travel("2026-03-01 12:00", tick=False):
        paid(order(customer, product, [("standard", 1)]))
        open_app()
        invoice = order(customer, product, [("pro", 1), ("pro", 3)], "now")
        first, second = told(invoice, customer)
        license = paid(invoice)[0]
    assert "at once, runs to 14 April 2026, 12:00 UTC" in first, "10 EUR are 13 days of Pro, after its month"
    assert second == f"Extends {license.number} from 14 April 2026, 12:00 UTC to 14 July 2026, 12:00 UTC."
    assert f"{license.valid_until:%Y-%m-%d %H:%M}" == "2026-07-14 12:00"


def test_change_at_once_begins_now_though_a_period_before_has_just_ended(customer: Any, product: Any) -> None:
    """The license is in no grace: another type runs. 1 March Standard, 1 April Pro, 5 April back to Standard."""
    with time_machine.travel("2026-03-01 12:00", tick=False) as clock:
        paid(order(customer, product, [("standard", 1), ("pro", 1)]))
        open_app()
        clock.shift(timedelta(days=35))
        invoice = order(customer, product, [("standard", 1)], "now")
        [effect] = told(invoice, customer)
        license = paid(invoice)[0]
    period = license.periods.get(invoice_line__invoice=invoice)
    assert f"{period.starts_at:%Y-%m-%d %H:%M}" == "2026-04-05 12:00"
    assert f"at once, runs to {license.valid_until.day} {license.valid_until:%B} 2026, 12:00 UTC" in effect


@pytest.mark.parametrize("has_account", [True, False])
def test_second_line_for_a_portal_without_a_license_goes_to_the_new_one(
    customer: Any, product: Any, has_account: bool
) -> None:
    who = customer if has_account else None
    new, more, other = told(order(customer, product, [("standard", 1), ("standard", 12), ("pro", 3)]), who)
    assert new.startswith("New license.")
    assert more == "Goes to the new license above: 12 months more when its time has run out."
    assert other == "Goes to the new license above: when its time has run out, it goes on as Pro for 3 months."


def test_lines_for_nothing_are_licenses_of_their_own(customer: Any) -> None:
    free = make_product("plain", binding_kind="none")
    invoice = make_invoice(customer, free)
    other = make_invoice(customer, free)
    InvoiceLine.objects.filter(invoice=other).update(invoice=invoice, position=2)
    assert told(invoice, customer) == ["New license. Its time begins with the payment."] * 2
