"""Receipts by the law 54-FZ, which go to YooKassa with payments and refunds.

https://yookassa.ru/developers/payment-acceptance/receipts/54fz/yoomoney/payments
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from storefront.gateways.errors import ConfigurationError, Declined
from storefront.gateways.payments.base import LineItem
from storefront.gateways.payments.refunds import RefundRequest, RefundState
from tests.gateways.saved_method_cases import saved
from tests.gateways.yookassa_rig import YooKassaRig, begun, sent


@pytest.fixture
def rig() -> Iterator[YooKassaRig]:
    with begun() as rig:
        yield rig


RULES: dict[str, Any] = {"receipts": True, "vat_codes": {"none": 1, "10": 3, "22": 11}, "tax_system": 2}
LINES = [
    LineItem("License, 12 months", Decimal("100.00"), Decimal("22.000")),
    LineItem("Manual", Decimal("20.00"), Decimal("10.000")),
    LineItem("Voucher", Decimal("-24.00"), Decimal("22.000")),
]


def opened(rig: YooKassaRig, **changes: Any) -> str:
    rig.stand_in.change_shop(receipts=True)
    asked = rig.request(**({"lines": LINES} | changes))
    return rig.gateway(**RULES).start(asked).provider_reference


def test_a_discount_is_taken_off_the_prices_to_the_kopeck(rig: YooKassaRig) -> None:
    found = rig.stand_in.receipt(opened(rig))
    assert found["customer"] == {"email": "buyer@example.com"} and found["tax_system_code"] == 2
    assert [(each["description"], each["amount"]["value"], each["vat_code"]) for each in found["items"]] == [
        ("License, 12 months", "80.00", 11), ("Manual", "16.00", 3),
    ]  # fmt: skip
    assert {(each["payment_subject"], each["payment_mode"]) for each in found["items"]} == {("service", "full_payment")}


@pytest.mark.parametrize("amount", ["96.01", "1.00", "333.33", "349999.97"])
def test_what_rounding_leaves_goes_to_the_largest(rig: YooKassaRig, amount: str) -> None:
    thirds = [LineItem(f"License {n}", Decimal(amount)) for n in range(3)]
    lines = [*thirds, LineItem("Discount", -2 * Decimal(amount))]
    items = rig.stand_in.receipt(opened(rig, amount=Decimal(amount), lines=lines))["items"]
    assert sum(Decimal(each["amount"]["value"]) for each in items) == Decimal(amount)


def test_more_lines_than_a_receipt_has_are_one_for_each_rate(rig: YooKassaRig) -> None:
    lines = [LineItem("License", Decimal("1.00"), Decimal(22)) for _ in range(90)]
    lines += [LineItem("Manual", Decimal("0.50")) for _ in range(12)]
    items = rig.stand_in.receipt(opened(rig, lines=lines))["items"]
    assert [(each["description"], each["amount"]["value"], each["vat_code"]) for each in items] == [
        ("Order 1001", "90.00", 11), ("Order 1001", "6.00", 1),
    ]  # fmt: skip


def test_a_refund_has_its_own_of_the_part_given_back(rig: YooKassaRig) -> None:
    reference = opened(rig)
    rig.pay(reference)
    asked = RefundRequest("refund-1", reference, Decimal("48.00"), "RUB", "why", LINES, "buyer@example.com")
    assert rig.gateway(**RULES).refund(asked).state is RefundState.SUCCEEDED
    [body] = sent(rig, "/v3/refunds")
    assert [each["amount"]["value"] for each in body["receipt"]["items"]] == ["40.00", "8.00"]


def test_a_saved_method_is_charged_with_one(rig: YooKassaRig) -> None:
    _, method = saved(rig)
    rig.stand_in.change_shop(receipts=True)
    asked = rig.charge_request(method, lines=[LineItem("License", Decimal("48.00"), Decimal(22))])
    reference = rig.gateway(**RULES).charge(asked).provider_reference
    assert rig.stand_in.receipt(reference)["items"][0]["vat_code"] == 11


def test_what_a_receipt_cannot_be_written_for_is_not_asked_for(rig: YooKassaRig) -> None:
    with pytest.raises(Declined) as refused:
        opened(rig, customer_email="")
    assert refused.value.code == "receipt_email"
    with pytest.raises(ConfigurationError, match="YOOKASSA_VAT_CODES has no number for VAT of 20"):
        opened(rig, lines=[LineItem("License", Decimal("96.00"), Decimal("20.000"))])
    assert rig.opened() == 0


def test_none_is_sent_unless_it_is_switched_on_and_yookassa_then_refuses(rig: YooKassaRig) -> None:
    rig.gateway().start(rig.request())
    assert "receipt" not in sent(rig)[0]
    rig.stand_in.change_shop(receipts=True)
    with pytest.raises(Declined) as refused:
        rig.gateway().start(rig.request(idempotency_key="payment-2"))
    assert refused.value.code == "invalid_request:receipt"
