"""The auditor's rules for licenses: silent on sound data, loud on each kind of damage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from storefront.licensing.audit import checks
from storefront.licensing.models import Activation, License, LicensePeriod
from tests.licensing.conftest import Portals, disputed, make_invoice, paid, refunded


def found() -> set[str]:
    return {finding.check for finding in checks()}


@pytest.fixture
def sold(portals: Portals, customer: Any, product: Any) -> tuple[Any, License]:
    """A paid invoice, its license extended once and linked to acme."""
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    invoice = make_invoice(customer, product, portal=portals.host(), months=1)
    license = paid(invoice)[0]
    more = make_invoice(customer, product, portal=portals.host(), months=3)
    paid(more)
    type(invoice).objects.filter(pk__in=[invoice.pk, more.pk]).update(status="paid")
    return invoice, License.objects.get(pk=license.pk)


def test_sound_data_is_silent(sold: tuple[Any, License]) -> None:
    assert found() == set()


def test_refund_and_dispute_leave_sound_data(sold: tuple[Any, License]) -> None:
    invoice, _ = sold
    disputed(invoice)
    assert found() == set()
    refunded(invoice)
    type(invoice).objects.filter(pk=invoice.pk).update(status="refunded")
    assert found() == set()


Damage = Callable[[Any, License], Any]
DAMAGES: list[tuple[str, Damage]] = [
    ("license-quantity", lambda invoice, license: invoice.lines.update(quantity=2)),
    ("license-unpaid", lambda invoice, license: type(invoice).objects.filter(pk=invoice.pk).update(status="void")),
    (
        "license-refunded",
        lambda invoice, license: type(invoice).objects.filter(pk=invoice.pk).update(status="refunded"),
    ),
    ("license-without-cause", lambda invoice, license: license.periods.update(revoked_at=license.created_at)),
    ("license-revoked-though-paid", lambda invoice, license: License.objects.update(status="revoked")),
    (
        "license-goodwill-left",
        lambda invoice, license: (
            license.periods.update(kind="goodwill"),
            License.objects.update(status="revoked"),
        ),
    ),
    ("license-disputed", lambda invoice, license: license.periods.update(is_disputed=True)),
    ("license-unbound", lambda invoice, license: Activation.objects.update(released_at=license.created_at)),
    ("license-foreign-field", lambda invoice, license: License.objects.update(binding_kind="none")),
    ("license-not-released", lambda invoice, license: License.objects.update(status="pending")),
    ("license-anchor", lambda invoice, license: license.periods.update(anchor_months=7)),
    (
        "license-overlap",
        lambda invoice, license: LicensePeriod.objects.filter(pk=license.periods.last().pk).update(
            starts_at=license.starts_at
        ),
    ),
    (
        "license-gap",
        lambda invoice, license: LicensePeriod.objects.filter(pk=license.periods.last().pk).update(
            starts_at=license.valid_until
        ),
    ),
    (
        "license-end",
        lambda invoice, license: License.objects.update(valid_until=license.valid_until + timedelta(days=1)),
    ),
]


@pytest.mark.parametrize(("name", "damage"), DAMAGES, ids=[name for name, _ in DAMAGES])
def test_damage_is_found(sold: tuple[Any, License], name: str, damage: Damage) -> None:
    damage(*sold)
    assert name in found()
