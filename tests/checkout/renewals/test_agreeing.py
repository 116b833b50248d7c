"""What customers agree to, change and stop."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from checkout.renewals import offers
from storefront.billing.models import Mandate
from storefront.billing.saved_methods import removing
from storefront.licensing.models import Renewal
from storefront.licensing.subscriptions import consents, queries, stopping
from storefront.licensing.subscriptions.errors import MethodGone, TooLate
from tests.checkout.renewals.building import buy, make_method, order, turn_on

pytestmark = pytest.mark.django_db


def test_agreeing_writes_the_text_that_was_read_and_plans_the_next_period(customer: Any, software: Any) -> None:
    license = buy(customer, software)
    subscription = turn_on(license, method=make_method(customer))
    (mandate,) = Mandate.objects.all()
    assert mandate.subject == subscription.subject
    assert "at most €96.00" in mandate.text and "Visa •••• 4242" in mandate.text and "every 12 months" in mandate.text
    assert (mandate.amount_limit, mandate.ip_address) == (Decimal("96.00"), "192.0.2.1")
    renewal = queries.next_renewal(subscription)
    assert renewal is not None and renewal.extends_from == license.valid_until
    assert timedelta(hours=1) <= license.valid_until - renewal.due_at <= timedelta(hours=26)


def test_a_price_that_changed_since_it_was_read_is_not_agreed_to(customer: Any, software: Any) -> None:
    license, method = buy(customer, software), make_method(customer)
    (offer,) = [each for each in offers.for_license(license, pays_from="method", method=method) if each.months == 12]
    software.plans.filter(code="standard").update(monthly_price=Decimal("11.00"))
    from catalogue.plans.publishing import publish

    publish(software)
    with pytest.raises(offers.OfferChanged):
        offers.turn_on(
            license, months=12, sha256=offer.sha256, language="en", ip=None, pays_from="method", method=method
        )  # fmt: skip
    assert not Mandate.objects.exists()


def test_a_removed_method_cannot_be_agreed_to_and_ends_what_it_alone_paid(customer: Any, software: Any) -> None:
    license, method = buy(customer, software), make_method(customer)
    subscription = turn_on(license, method=method)
    removing.remove(method)
    subscription.refresh_from_db()
    assert (subscription.status, subscription.stopped_by) == ("stopped", "method")
    assert Renewal.objects.get().status == "stopped"
    with pytest.raises(MethodGone):
        turn_on(license, method=method)


def test_what_the_account_pays_too_goes_on_without_the_card(customer: Any, software: Any) -> None:
    license, method = buy(customer, software), make_method(customer)
    subscription = turn_on(license, fallback="account", method=method)
    removing.remove(method)
    subscription.refresh_from_db()
    assert subscription.status == "active"
    assert consents.of_account(subscription).exists() and not consents.of_method(subscription).exists()


def test_stopping_ends_mandates_and_plans_and_can_be_begun_anew(customer: Any, software: Any) -> None:
    license, method = buy(customer, software), make_method(customer)
    subscription = turn_on(license, method=method)
    assert (stopping.stop(subscription), stopping.stop(subscription)) == (True, False)
    assert not Mandate.objects.filter(ended_at=None).exists()
    again = turn_on(license, months=1, method=method)
    assert Renewal.objects.get().subscription == again and Renewal.objects.get().months == 1


def test_another_period_is_announced_anew(customer: Any, software: Any) -> None:
    license, method = buy(customer, software), make_method(customer)
    subscription = turn_on(license, method=method)
    Renewal.objects.update(status="noticed", total=Decimal("96.00"), notice_key="x")
    assert turn_on(license, months=6, method=method) == subscription
    renewal = Renewal.objects.get()
    assert (renewal.months, renewal.status, renewal.total, renewal.notice_key) == (6, "planned", None, "")
    assert Mandate.objects.filter(ended_at=None).get().months == 6


def test_skipping_moves_the_next_charge_by_a_period_and_can_be_undone(customer: Any, software: Any) -> None:
    license, method = buy(customer, software, months=1), make_method(customer)
    subscription = turn_on(license, months=1, method=method)
    skipped = queries.next_renewal(subscription)
    assert skipped is not None
    stopping.skip(skipped)
    after = queries.next_renewal(subscription)
    assert after is not None and after.extends_from > skipped.extends_from
    with pytest.raises(TooLate):
        stopping.skip(skipped)
    stopping.undo_skip(skipped)
    assert queries.next_renewal(subscription) == skipped
    assert {row.status for row in Renewal.objects.all()} == {"planned", "moved"}


def test_an_extension_by_hand_moves_the_date(customer: Any, software: Any) -> None:
    license, method = buy(customer, software), make_method(customer)
    subscription = turn_on(license, method=method)
    extended = buy(customer, software, months=6, extends=license.public_id)
    assert extended == license
    renewal = queries.next_renewal(subscription)
    assert renewal is not None and renewal.extends_from == extended.valid_until
    assert sorted(Renewal.objects.values_list("status", flat=True)) == ["moved", "planned"]


def test_what_is_chosen_with_a_payment_begins_with_it(customer: Any, software: Any) -> None:
    from storefront.billing.personal_account import paying
    from tests.checkout.renewals.building import fund

    created = order(customer, software)
    (offer,) = offers.offers_of(created.invoice)
    assert offers.prepare(created.invoice, {offer.key: offer.sha256}, "en", None, pays_from="account") == []
    fund(customer)
    paying.pay(invoice=created.invoice)
    (subscription,) = queries.of(customer)
    assert subscription.pays_from == "account" and queries.next_renewal(subscription) is not None


def test_what_was_chosen_before_is_dropped_by_a_payment_without_it(customer: Any, software: Any) -> None:
    from storefront.billing.personal_account import paying
    from tests.checkout.renewals.building import fund

    created = order(customer, software)
    (offer,) = offers.offers_of(created.invoice)
    (terms,) = offers.prepare(created.invoice, [offer.key], "en", None)
    assert terms.amount_limit == Decimal("96.00") and terms.months == 12
    assert offers.prepare(created.invoice, [], "en", None) == []
    fund(customer)
    paying.pay(invoice=created.invoice)
    assert not queries.of(customer).exists() and not Mandate.objects.filter(ended_at=None).exists()
