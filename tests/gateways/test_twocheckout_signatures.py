"""2Checkout's signatures: worked examples whose results were computed apart from this code."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from storefront.gateways.errors import Declined, InvalidSignature
from storefront.gateways.payments.base import EventKind, LineItem
from storefront.gateways.payments.twocheckout import ipn, signatures
from storefront.gateways.payments.twocheckout.links import link
from tests.gateways.payment_gateway_cases import request
from tests.gateways.twocheckout_rig import KEY, MERCHANT, WORD, signed

LINK = {
    "currency": "EUR", "prod": "License A;Manual", "price": "99.90;20", "qty": "1;2", "type": "PRODUCT;PRODUCT",
    "tangible": "0;0", "return-url": "https://shop.example/pay/return", "return-type": "redirect",
    "expiration": "1796000000", "order-ext-ref": "INV-2026-000123",
}  # fmt: skip
MESSAGE = [
    ("REFNO", "1000037"), ("REFNOEXT", "INV-2026-000123"), ("ORDERSTATUS", "COMPLETE"), ("FIRSTNAME", "Жанна"),
    ("COMPANY", ""), ("IPN_PID[]", "1"), ("IPN_PNAME[]", "License A"), ("IPN_DATE", "20261129101500"),
    ("IPN_TOTALGENERAL", "99.90"), ("CURRENCY", "EUR"), ("TEST_ORDER", "0"),
]  # fmt: skip
SHA3 = "22440ec830d8500a3a07731beb7a6a0013c38921d4bf0590c52b5d7a8cd3f0cf"
SHA2 = "b131a07ae0489b4fd6d0ba1cccccdf3f5ab6503371dd4d9246d94ee6a3ecb2b3"
NOW = datetime(2026, 11, 29, 10, 15, 2, tzinfo=UTC)


def body(*more: tuple[str, str], pairs: list[tuple[str, str]] = MESSAGE) -> bytes:
    return urlencode([*pairs, *more]).encode()


def test_a_link_of_two_products() -> None:
    found = signatures.of_link(LINK, WORD)
    assert found == "baa9e7573ad3d739f9beec103de977d779c5a094483c5504e172cb78beb30af0"


def test_a_notification_by_both_digests_with_letters_of_two_bytes() -> None:
    fields = signatures.fields_of(body())
    assert signatures.of_message(fields, KEY, "sha3_256") == SHA3
    assert signatures.of_message(fields, KEY, "sha256") == SHA2


def test_its_receipt() -> None:
    message = body(("SIGNATURE_SHA3_256", SHA3))
    fields, key, digest = ipn.proven(message, [KEY], ["sha3_256"])
    assert signatures.receipt(fields, key, digest, now=NOW) == (
        '<sig algo="sha3-256" date="20261129101502">'
        "c3967f3cc6ea1fa0e01a70b71360a8f0107d48fdf46a93556843bc411d36708e</sig>"
    )


def test_the_header_of_a_call() -> None:
    found = signatures.authentication(MERCHANT, KEY, now=NOW.replace(second=0))
    assert found == (
        'code="250111206876" date="2026-11-29 10:15:00" '
        'hash="bee14666d0c8f44fb488d3de08bc94a7c3c8fa8df3c41d4e931cc1a65ce92524" algo="sha3-256"'
    )


def test_sha2_proves_only_where_it_is_accepted_and_md5_never() -> None:
    message = body(("SIGNATURE_SHA2_256", SHA2))
    with pytest.raises(InvalidSignature):
        ipn.parse(message, [KEY], ["sha3_256"], is_live=True)
    assert ipn.parse(message, [KEY], ["sha3_256", "sha256"], is_live=True).charge_reference == "1000037"
    with pytest.raises(InvalidSignature):
        ipn.parse(body(("HASH", "5a03224f46976aa50dfe75e190adcb34")), [KEY], ["sha3_256", "sha256"], is_live=True)


def test_the_bytes_count_not_the_letters() -> None:
    """A form in another charset, and fields of one name, in their order."""
    latin = b"REFNO=1000037&ORDERSTATUS=COMPLETE&FIRSTNAME=Jos%E9&IPN_PID%5B%5D=1&IPN_PID%5B%5D=22"
    fields = signatures.fields_of(latin)
    assert [len(value) for _name, value in fields] == [7, 8, 4, 1, 2]
    swapped = latin.replace(b"=1&IPN_PID%5B%5D=22", b"=22&IPN_PID%5B%5D=1")
    assert signatures.of_message(fields, KEY, "sha3_256") != signatures.of_message(
        signatures.fields_of(swapped), KEY, "sha3_256"
    )


@pytest.mark.parametrize(
    "garbage",
    [b"", b"REFNO", b"\xff\xfe", b"a=%FF", b"{}", b"&&&", b"REFNO=1" + b"&x=1" * 3000, b"SIGNATURE_SHA3_256="],
)
def test_what_is_no_notification_is_refused(garbage: bytes) -> None:
    with pytest.raises(InvalidSignature):
        ipn.parse(garbage, [KEY], ["sha3_256"], is_live=True)


@pytest.mark.parametrize("missing", ["REFNO", "ORDERSTATUS"])
def test_a_proven_one_without_number_or_status_is_refused(missing: str) -> None:
    with pytest.raises(InvalidSignature):
        ipn.parse(signed([pair for pair in MESSAGE if pair[0] != missing]), [KEY], ["sha3_256"], is_live=True)


@pytest.mark.parametrize("at", range(len(MESSAGE)))
def test_every_field_is_signed(at: int) -> None:
    changed = [*MESSAGE]
    changed[at] = (MESSAGE[at][0], MESSAGE[at][1] + "1")
    with pytest.raises(InvalidSignature):
        ipn.parse(body(("SIGNATURE_SHA3_256", SHA3), pairs=changed), [KEY], ["sha3_256"], is_live=True)


@pytest.mark.parametrize(
    ("changes", "kind", "is_live"),
    [
        ({}, EventKind.PAYMENT_CHANGED, True),
        ({"TEST_ORDER": "1"}, EventKind.PAYMENT_CHANGED, False),
        ({"ORDERSTATUS": "REFUND"}, EventKind.REFUND_CHANGED, True),
        ({"CHARGEBACK_RESOLUTION": "OPEN"}, EventKind.DISPUTE_CHANGED, True),
        ({"REFNOEXT": "another shop's"}, EventKind.IGNORED, True),
    ],
)
def test_what_a_notification_hints_at(changes: dict[str, str], kind: EventKind, is_live: bool) -> None:
    ours = {"REFNOEXT": "id-1_A.1796000000.EUR99.90", "CHARGEBACK_RESOLUTION": "NONE"}
    event = ipn.parse(signed(list((dict(MESSAGE) | ours | changes).items())), [KEY], ["sha3_256"], is_live=True)
    assert (event.kind, event.is_live, event.charge_reference) == (kind, is_live, "1000037")
    assert event.our_reference == ("" if kind is EventKind.IGNORED else "id-1_A")


def test_mode_that_is_not_told_is_asked_of_the_api() -> None:
    without = [pair for pair in MESSAGE if pair[0] != "TEST_ORDER"]
    assert [ipn.parse(signed(without), [KEY], ["sha3_256"], is_live=mode).is_live for mode in (True, False)] == [
        True,
        False,
    ]


def test_a_former_key_proves_while_both_are_listed() -> None:
    assert ipn.parse(signed(MESSAGE, "OLD"), ["NEW", "OLD"], ["sha3_256"], is_live=True)
    with pytest.raises(InvalidSignature):
        ipn.parse(signed(MESSAGE, "OLD"), ["NEW"], ["sha3_256"], is_live=True)


def test_the_link_holds_lines_amounts_and_who_buys() -> None:
    lines = [LineItem("License; A\n12 months", Decimal("76")), LineItem("Ключ", Decimal("20.00"))]
    carried, address = link(
        request(lines=lines, language="ru-RU"),
        base="https://secure.example",
        merchant=MERCHANT,
        word=WORD,
        is_live=True,
    )
    found = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert (found["prod"], found["price"], found["qty"]) == ("License, A 12 months;Ключ", "76.00;20.00", "1;1")
    assert found["order-ext-ref"] == str(carried) and carried.ours == "1001" and "test" not in found
    assert (found["language"], found["email"], found["currency"]) == ("ru", "buyer@example.com", "EUR")


def test_lines_that_cannot_be_products_are_one_total() -> None:
    for lines in (
        [LineItem("License", Decimal("100")), LineItem("Discount", Decimal("-4"))],
        [LineItem("Ж" * 80, Decimal("9.6"))] * 10,
    ):
        _carried, address = link(
            request(lines=lines), base="https://x.example", merchant=MERCHANT, word=WORD, is_live=False
        )
        found = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (found["price"], found["prod"], found["test"]) == ("96.00", "Order 1001", "1")
        assert len(address) <= 2000


def test_currencies_it_does_not_take_are_refused() -> None:
    for currency in ("RUB", "KWD", "XXX"):
        with pytest.raises(Declined):
            link(request(currency=currency), base="https://x.example", merchant=MERCHANT, word=WORD, is_live=True)
