"""Prices, discounts and the seller: compared with what they were, and brought back under today's rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from catalogue.plans.models import Discount, Period, Plan, PlanPrice
from storefront.billing.models import Seller
from storefront.core import clock, kept_states
from storefront.users import approvals
from tests.backoffice.pressing import confirmed, errors, preview, sentences
from tests.backoffice.test_history_list import save
from tests.cms.editing import sent_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client_of: Callable[[str], Client]) -> Client:
    return client_of("Marketers")


def page(thing: Any) -> str:
    return f"/admin/versions/{thing._meta.model_name}/{thing.pk}/"


def restore(thing: Any, *, back: int = 0) -> str:
    """Back to what it was before the last change, or before one ``back`` changes earlier."""
    entry = ModelLogEntry.objects.for_instance(thing).filter(data__has_key="state")[back]
    return f"{page(thing)}{entry.pk}/restore/"


def edit(thing: Any) -> str:
    return reverse(f"wagtailsnippets_{thing._meta.app_label}_{thing._meta.model_name}:edit", args=[thing.pk])


@pytest.fixture
def discount(shop: Any) -> Discount:
    return Discount.objects.create(
        name="Spring", percent=Decimal(10), product_ids=[shop.software.pk], starts_at=clock.now() - timedelta(days=1)
    )


def test_a_discount_is_compared_and_rolled_back(marketer: Client, discount: Discount, shop: Any) -> None:
    save(marketer, edit(discount), percent="25", name="Summer")
    assert page(discount) in marketer.get(edit(discount)).content.decode()
    shown = marketer.get(page(discount))
    rows = {(name, a, b) for name, a, b in shown.context["differences"]}
    assert rows == {("Discount, %", "10.00", "25.00"), ("Name", "Spring", "Summer")}
    other = Discount.objects.create(name="Always", percent=Decimal(5), starts_at=clock.now())
    said = sentences(preview(marketer, restore(discount)))
    assert "Summer → Spring" in said and f"“{other.name}”" in said
    confirmed(marketer, restore(discount), reason="Too much")
    discount.refresh_from_db()
    assert (discount.percent, discount.name) == (Decimal("10.00"), "Spring")
    assert set(PlanPrice.objects.filter(months=1).values_list("discount_percent", flat=True)) == {Decimal(10)}
    entry = ModelLogEntry.objects.get(action="versions.restore")
    assert (entry.comment, entry.data["after"]["Name"]) == ("Too much", "Spring")
    confirmed(marketer, restore(discount))  # a roll-back can be rolled back
    discount.refresh_from_db()
    assert discount.name == "Summer"


def test_prices_of_a_product_come_back_and_are_published(marketer: Client, shop: Any) -> None:
    plan = shop.plans[0]
    before = PlanPrice.objects.get(plan=plan, months=1).amount
    states = {"before": kept_states.state_of(shop.software)}
    plan.monthly_price += 7
    plan.save()
    Period.objects.create(software=shop.software, months=1, discount_percent=Decimal(50))
    states["after"] = kept_states.state_of(shop.software)
    note(shop.software, marketer, states)
    assert PlanPrice.objects.get(plan=plan, months=1).amount != before
    confirmed(marketer, restore(shop.software))
    assert PlanPrice.objects.get(plan=plan, months=1).amount == before
    assert not Period.objects.filter(software=shop.software).exists()


def note(thing: Any, client: Client, states: Any) -> None:
    log(instance=thing, action="cms.change_values", user=None, data={"before": {}, "after": {}, "state": states})


def test_the_products_form_keeps_its_prices(marketer: Client, shop: Any) -> None:
    form = sent_back(marketer.get(edit(shop.software)).content.decode())
    (name,) = (each for each in form if each.endswith("0-monthly_price"))
    assert marketer.post(edit(shop.software), form | {name: "31.00"}).status_code == 302
    data = ModelLogEntry.objects.filter(action="cms.change_values").latest("pk").data["state"]
    plan = str(Plan.objects.order_by("position", "pk").filter(software=shop.software)[0].pk)
    assert data["after"]["plans"][plan]["monthly_price"] != data["before"]["plans"][plan]["monthly_price"]


def test_what_todays_rules_forbid_is_said_and_not_done(marketer: Client, discount: Discount, shop: Any) -> None:
    state = kept_states.state_of(discount)
    note(discount, marketer, {"before": state | {"product_ids": [987654]}, "after": state})
    assert "no longer exists" in errors(preview(marketer, restore(discount)))
    note(discount, marketer, {"before": state | {"percent": "99.99"}, "after": state})
    Plan.objects.update(monthly_price=Decimal("1.00"))
    assert "would cost nothing today" in errors(preview(marketer, restore(discount)))
    discount.refresh_from_db()
    assert discount.percent == Decimal("10.00")


def test_a_change_meanwhile_shows_the_preview_again(marketer: Client, discount: Discount) -> None:
    save(marketer, edit(discount), percent="25")
    shown = preview(marketer, restore(discount))
    path = restore(discount)
    save(marketer, edit(discount), percent="30")
    answer = marketer.post(path, {"reason": "Asked by phone", "confirmed": shown.context["confirmed"]})
    assert answer.status_code == 200 and answer.context["is_changed"]
    discount.refresh_from_db()
    assert discount.percent == Decimal("30.00")


def test_the_seller_comes_back_with_a_fresh_log_in_and_the_second_person(
    client_of: Callable[[str], Client], staff: Any, client: Client, shop: Any, settings: Any
) -> None:
    accounting, seller = client_of("Accounting"), Seller.objects.get()
    before = seller.bank_details
    save(accounting, edit(seller), bank_details="IBAN DE00")
    client.force_login(staff("Accounting", "stale"))
    assert client.get(restore(seller))["Location"].startswith("/account/reauthenticate/")
    settings.APPROVAL_BY_SECOND_PERSON = True
    confirmed(accounting, restore(seller))
    seller.refresh_from_db()
    assert seller.bank_details == "IBAN DE00"
    approvals.approve(request=approvals.waiting().get(), by=staff("Owner"), reason="Agreed")
    seller.refresh_from_db()
    assert seller.bank_details == before


def test_who_may_only_look_rolls_nothing_back(client_of: Callable[[str], Client], discount: Discount) -> None:
    save(client_of("Marketers"), edit(discount), percent="25")
    reader = client_of("Read-only")
    assert "restore" not in reader.get(page(discount)).content.decode()
    assert reader.get(restore(discount)).status_code == 403
    assert client_of("Support").get(page(discount)).status_code == 403


def test_the_number_of_queries_is_fixed(marketer: Client, discount: Discount) -> None:
    state = kept_states.state_of(discount)

    def asked() -> int:
        note(discount, marketer, {"before": state | {"name": "x"}, "after": state})
        with CaptureQueriesContext(connection) as queries:
            marketer.get(page(discount))
        return len(queries)

    asked()
    few = asked()
    for _ in range(10):
        note(discount, marketer, {"before": state, "after": state})
    assert asked() == few


def test_states_kept_before_a_field_went_are_shown_and_brought_back(
    marketer: Client, discount: Discount, shop: Any
) -> None:
    save(marketer, edit(discount), percent="25")
    kept = {**kept_states.state_of(discount), "percent": "5.00", "gone": "1"}  # type: ignore[dict-item]
    data = {"before": {}, "after": {}, "state": {"before": kept, "after": kept}}
    log(instance=discount, action="cms.change_values", data=data)
    assert marketer.get(page(discount)).status_code == 200
    assert confirmed(marketer, restore(discount)).status_code == 302
    discount.refresh_from_db()
    assert discount.percent == Decimal(5)
    words = kept_states.field_words(Seller, {"phone": "1", "gone": "2", "translations": {"ru": {"gone": "3"}}})
    assert list(words.values()) == ["1"]
