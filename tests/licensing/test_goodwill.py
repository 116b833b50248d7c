"""Days that staff gave go with the paid time that they followed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from storefront.core.periods import add_months
from storefront.licensing.audit import checks
from storefront.licensing.losses import losses_of
from storefront.licensing.models import License
from storefront.licensing.services import reversals, staff_time
from storefront.licensing.services.staff_acts import NotPossible
from storefront.users import roles
from tests.licensing.conftest import disputed, make_invoice, make_product, paid, refunded

START = datetime(2024, 1, 31, 10, 0, tzinfo=UTC)
END = add_months(START, 12)


@pytest.fixture
def now() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def actor(make_customer: Any) -> Any:
    user = make_customer("staff@example.com")
    user.groups.add(roles.ensure_role(roles.OWNER))
    return user


@pytest.fixture
def license(now: Any, db: None, customer: Any) -> License:
    """A license whose only year is over since long."""
    license: License = paid(make_invoice(customer, make_product("tool", binding_kind="none", app_code="")))[0]
    now.move_to(START + timedelta(days=800))
    return license


def renewed(license: License) -> Any:
    invoice = make_invoice(license.customer, license.software, months=12, extends=license)
    paid(invoice)
    return invoice


def extend(license: License, actor: Any, **length: int) -> None:
    staff_time.extend(license=License.objects.get(pk=license.pk), actor=actor, reason="Sorry", **length)


def kept(license: License) -> list[str]:
    return list(license.periods.filter(revoked_at=None).order_by("pk").values_list("kind", flat=True))


def test_the_refund_of_a_renewal_takes_the_goodwill_that_followed_it(license: License, actor: Any) -> None:
    renewal = renewed(license)
    extend(license, actor, months=12)
    foretold = losses_of([(renewal.lines.get().pk, 1)])[0].ends_at
    refunded(renewal)
    assert kept(license) == ["bought"]
    assert License.objects.get().valid_until == foretold == END
    assert not [finding for finding in checks() if finding.check != "license-quantity"]


def test_a_charge_back_counts_no_goodwill_as_other_paid_time(license: License, actor: Any) -> None:
    renewal = renewed(license)
    extend(license, actor, months=12)
    disputed(renewal)
    assert reversals.charge_back(invoice=renewal) == []
    assert License.objects.get().status == "suspended" and kept(license) == ["bought", "bought", "goodwill"]


def test_goodwill_stays_beside_paid_time_that_is_left(license: License, actor: Any) -> None:
    first, second = renewed(license), renewed(license)
    extend(license, actor, months=12)
    refunded(second)
    assert kept(license) == ["bought", "bought", "goodwill"]
    disputed(first)
    assert reversals.charge_back(invoice=first) == []


def test_goodwill_given_after_the_end_outlives_the_refund_of_a_year_long_over(
    license: License, now: Any, actor: Any
) -> None:
    renewal = renewed(license)
    now.shift(timedelta(days=400))
    extend(license, actor, days=30)
    refunded(renewal)
    assert kept(license) == ["bought", "goodwill"]


def test_an_end_that_leaves_goodwill_alone_of_what_runs_is_refused(license: License, actor: Any) -> None:
    extend(license, actor, days=30)
    goodwill_alone = License.objects.get()
    staff_time.set_end(license=goodwill_alone, day=(START + timedelta(days=820)).date(), actor=actor, reason="r")
    renewed(license)
    with pytest.raises(NotPossible, match="Nothing that was paid for"):
        staff_time.set_end(
            license=License.objects.get(), day=(START + timedelta(days=810)).date(), actor=actor, reason="r"
        )
