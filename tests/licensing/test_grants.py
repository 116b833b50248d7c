"""From a paid invoice to licenses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.db import transaction

from storefront.core import clock
from storefront.core.periods import add_months
from storefront.licensing.models import License, LicensePeriod
from storefront.notifications.models import OutboxMessage
from tests.licensing.conftest import make_invoice, make_product, paid

START = datetime(2026, 1, 31, 10, 0, tzinfo=UTC)
Buy = Callable[..., License]


@pytest.fixture
def now() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def tool(db: None) -> Any:
    """A product tied to nothing: its periods begin with the payment."""
    return make_product("tool", binding_kind="none", app_code="")


def test_new_license_waits_for_its_portal(buy: Buy, now: Any) -> None:
    license = buy(months=12, portal="acme.bitrix24.com")
    latest = START + timedelta(days=30)
    assert (license.status, license.begins_by, license.portal_address) == ("pending", latest, "acme.bitrix24.com")
    assert (license.starts_at, license.valid_until) == (latest, add_months(latest, 12))
    assert list(license.events.values_list("code", flat=True)) == ["granted"]


def test_product_tied_to_nothing_is_active_and_runs_at_once(buy: Buy, now: Any, tool: Any) -> None:
    license = buy(software=tool)
    assert (license.status, license.begins_by, license.starts_at) == ("active", None, START)
    assert (license.anchor_at, license.months) == (START, 12)
    assert license.valid_until == datetime(2027, 1, 31, 10, 0, tzinfo=UTC)


def test_paid_twice_is_granted_once(customer: Any, product: Any) -> None:
    invoice = make_invoice(customer, product, quantity=3, portal="acme.bitrix24.com")
    assert len(paid(invoice)) == len(paid(invoice)) == 3
    assert (License.objects.count(), LicensePeriod.objects.count()) == (3, 3)
    assert OutboxMessage.objects.filter(kind="mail").count() == 1


def test_each_unit_is_a_license_and_only_the_first_names_the_portal(customer: Any, product: Any) -> None:
    licenses = paid(make_invoice(customer, product, quantity=3, portal="acme.bitrix24.com"))
    assert [license.portal_address for license in licenses] == ["acme.bitrix24.com", "", ""]


def test_active_license_is_extended_from_its_end_by_the_anchor_day(buy: Buy, now: Any, tool: Any) -> None:
    license = buy(months=1, software=tool)
    assert license.valid_until == datetime(2026, 2, 28, 10, 0, tzinfo=UTC)
    now.move_to(START + timedelta(days=10))
    extended = buy(months=1, extends=license, software=tool)
    assert extended.pk == license.pk
    assert (extended.valid_until, extended.months) == (datetime(2026, 3, 31, 10, 0, tzinfo=UTC), 2)


def test_license_in_grace_is_extended_from_its_end(buy: Buy, now: Any, settings: Any, tool: Any) -> None:
    license = buy(months=1, software=tool)
    now.move_to(license.valid_until + timedelta(days=settings.LICENSE_GRACE_DAYS) - timedelta(seconds=1))
    assert buy(months=3, extends=license, software=tool).valid_until == add_months(START, 4)


def test_expired_license_is_extended_from_now_with_a_new_anchor(buy: Buy, now: Any, settings: Any, tool: Any) -> None:
    license = buy(months=1, software=tool)
    later = license.valid_until + timedelta(days=settings.LICENSE_GRACE_DAYS)
    now.move_to(later)
    extended = buy(months=1, extends=license, software=tool)
    assert (extended.pk, extended.anchor_at, extended.months) == (license.pk, later, 1)
    assert extended.valid_until == add_months(later, 1)


@pytest.mark.parametrize("target", ["unknown", "revoked", "other product"])
def test_extension_of_a_license_that_cannot_be_extended_buys_a_new_one(
    target: str, buy: Buy, customer: Any, make_customer: Any
) -> None:
    if target == "unknown":
        extends: Any = "no-such-license"
    elif target == "revoked":
        extends = buy()
        License.objects.filter(pk=extends.pk).update(status="revoked")
    else:
        extends = buy(software=make_product("other"))
    before = License.objects.count()
    license = buy(extends=extends, portal="acme.bitrix24.com", months=6)
    assert License.objects.count() == before + 1
    assert (license.customer, license.months, license.portal_address) == (customer, 6, "acme.bitrix24.com")


def test_buying_the_same_plan_for_the_same_portal_extends(buy: Buy) -> None:
    first = buy(portal="acme.bitrix24.com", months=3)
    second = buy(portal="acme.bitrix24.com", months=3)
    assert (second.pk, second.months) == (first.pk, 6)
    assert buy(portal="other.bitrix24.com").pk != first.pk
    assert buy(portal="acme.bitrix24.com", plan="pro").pk == first.pk


def test_another_license_type_follows_when_the_paid_one_has_run_out(buy: Buy, now: Any, tool: Any) -> None:
    from storefront.licensing.services.renewals import begin_periods

    license = buy(months=1, software=tool)
    extended = buy(months=12, plan="pro", extends=license, software=tool)
    assert (extended.pk, extended.plan_name) == (license.pk, "Standard")
    now.move_to(license.valid_until)
    assert begin_periods() == 1
    assert begin_periods() == 0
    extended.refresh_from_db()
    assert (extended.plan_name, extended.plan.code) == ("Pro", "pro")


def test_one_mail_tells_of_the_payment_with_its_licenses(buy: Buy) -> None:
    license = buy(portal="acme.bitrix24.com")
    mail = OutboxMessage.objects.get(kind="mail")
    assert mail.payload["template"] == "payment_received"
    [info] = mail.payload["context"]["licenses"]
    assert (info["number"], info["plan"]) == (license.number, "Standard")
    assert "acme.bitrix24.com" in info["state_text"]


def test_invoice_without_licenses_grants_none_but_is_acknowledged(customer: Any, product: Any) -> None:
    invoice = make_invoice(customer, product)
    invoice.lines.update(license_terms_json={}, software_id=None, plan_id=None)
    assert paid(invoice) == []
    assert OutboxMessage.objects.filter(kind="mail").count() == 1


def test_nothing_is_granted_if_the_settling_is_undone(customer: Any, product: Any) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        paid(make_invoice(customer, product))
        raise RuntimeError
    assert not License.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_no_term_overlaps_another_or_leaves_a_gap(buy: Buy, tool: Any) -> None:
    license = buy(months=1, software=tool)
    for months in (1, 3, 12, 1):
        buy(months=months, extends=license, software=tool)
    terms = list(license.periods.order_by("pk"))
    assert all(one.ends_at == two.starts_at for one, two in pairwise(terms))
    assert terms[0].starts_at <= clock.now() < terms[0].ends_at


def test_ordered_license_type_cannot_be_deleted(customer: Any, product: Any) -> None:
    from django.db.models import ProtectedError

    invoice = make_invoice(customer, product)
    with pytest.raises(ProtectedError), transaction.atomic():
        product.plans.get(code="standard").delete()
    product.plans.get(code="pro").delete()
    assert paid(invoice)
