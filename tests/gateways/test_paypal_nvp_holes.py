"""What django-oscar-paypal leaves open, and that the adapter closes it. Each test has its control: the same with the
package as it is, which must go wrong; else the test proves nothing."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.core.exceptions import ImproperlyConfigured
from paypal import gateway as package
from paypal.exceptions import PayPalError
from paypal.express import gateway as express
from paypal.express.models import ExpressTransaction

from storefront.gateways.errors import ConfigurationError, Unavailable
from storefront.gateways.payments.base import RemoteState
from storefront.gateways.payments.paypal_nvp.opening import Basket, Line, Product
from storefront.gateways.payments.refunds import RefundRequest
from storefront.sandbox.paypal_nvp import PayPalNvpStandIn
from tests.gateways.payment_gateway_cases import NOW, request
from tests.gateways.paypal_nvp_rig import NvpRig

pytestmark = pytest.mark.django_db
SHOP = "https://shop.example/"


@pytest.fixture
def rig() -> Iterator[NvpRig]:
    with PayPalNvpStandIn() as stand_in:
        yield NvpRig(stand_in)


@dataclass
class Bare:
    """The package without the adapter; ``sent``: what it gave to requests.post beside address and form."""

    rig: NvpRig
    sent: list[dict[str, Any]] = field(default_factory=list)

    def token(self, amount: str = "96.00", currency: str = "EUR", **params: object) -> str:
        line = Line(Product("License"), Decimal(amount))
        url = express.set_txn(
            basket=Basket(Decimal(amount), (line,)), shipping_methods=(), currency=currency, return_url=SHOP,
            cancel_url=SHOP, no_shipping=True, paypal_params=params,
        )  # fmt: skip
        return parse_qs(urlsplit(url).query)["token"][0]

    def pay(self, token: str, funding: str = "balance") -> ExpressTransaction:
        """As its views do: what PayPal says of the token is paid, whatever the order says."""
        self.rig.stand_in.approve(token, funding=funding)
        found = express.get_txn(token)
        return express.do_txn(found.value("PAYERID"), token, found.amount, found.currency)


@pytest.fixture
def bare(rig: NvpRig, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Bare:
    """Only the host, which it has built in, is another."""
    spec = importlib.util.spec_from_file_location("bare_post", package.__file__)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = Bare(rig)

    def post(url: str, data: str, **options: Any) -> requests.Response:
        found.sent.append(options)
        return requests.post(f"{rig.stand_in.base_url}/nvp", data, **options)

    monkeypatch.setattr(module, "requests", SimpleNamespace(post=post, codes=requests.codes))
    monkeypatch.setattr(package, "post", module.post)
    credentials = rig.stand_in.credentials
    settings.PAYPAL_API_USERNAME, settings.PAYPAL_API_PASSWORD = credentials["USER"], credentials["PWD"]
    settings.PAYPAL_API_SIGNATURE = credentials["SIGNATURE"]
    return found


def opened(rig: NvpRig, **changes: Any) -> str:
    return rig.gateway().start(request(**changes)).provider_reference


# --- The amount is never compared


def test_a_token_of_another_amount_pays_nothing(rig: NvpRig) -> None:
    token = opened(rig, amount=Decimal("1000.00"))
    rig.stand_in.tamper_token(token, PAYMENTREQUEST_0_AMT="1.00", PAYMENTREQUEST_0_ITEMAMT="1.00")
    rig.approve(token)
    assert rig.gateway().capture(token, idempotency_key="capture-0").state is not RemoteState.SUCCEEDED
    assert rig.charged() == 0


def test_control_a_token_of_another_amount_pays(rig: NvpRig, bare: Bare) -> None:
    token = bare.token("1000.00")
    rig.stand_in.tamper_token(token, PAYMENTREQUEST_0_AMT="1.00", PAYMENTREQUEST_0_ITEMAMT="1.00")
    paid = bare.pay(token)
    assert (paid.is_successful, paid.amount, rig.charged()) == (True, Decimal("1.00"), 1)


# --- Pending is taken as paid


def test_pending_is_not_paid(rig: NvpRig) -> None:
    token = opened(rig)
    rig.pay_later(token)
    assert rig.gateway().fetch(token).state is RemoteState.PROCESSING


def test_control_pending_is_as_good_as_paid(rig: NvpRig, bare: Bare) -> None:
    paid = bare.pay(bare.token(), funding="echeck")
    assert paid.is_successful and paid.value("PAYMENTINFO_0_PAYMENTSTATUS") == "Pending" and rig.charged() == 0


# --- Secrets are kept in clear


def secrets_in(rig: NvpRig, text: str) -> list[str]:
    return [name for name, value in rig.stand_in.credentials.items() if value in text]


def everything_kept() -> str:
    return str(list(ExpressTransaction.objects.values()))


def test_neither_rows_nor_logs_nor_errors_hold_a_secret_or_the_buyer(
    rig: NvpRig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    gateway = rig.gateway()
    token = opened(rig)
    rig.pay(token)
    gateway.refund(RefundRequest("refund-1", token, Decimal("6.00"), "EUR"))
    rig.fail("code:10001")
    with pytest.raises(Unavailable) as unavailable:
        gateway.fetch(token)
    with pytest.raises(ConfigurationError) as refused:
        rig.gateway(key="a-very-secret-password").fetch(token)
    kept = everything_kept()
    assert {"SetExpressCheckout", "DoExpressCheckoutPayment", "RefundTransaction"} <= set(
        ExpressTransaction.objects.values_list("method", flat=True)
    )
    for text in (kept, caplog.text, repr(unavailable.value), repr(refused.value), repr(gateway.__dict__)):
        assert secrets_in(rig, text) in ([], ["USER"] if "Connection(" in text else [])
        assert "a-very-secret" not in text
    for personal in ("buyer@example.com", "buyer%40example.com", "LASTNAME", "shop.example%2Freturn", "PAYERID"):
        assert personal not in kept and personal not in caplog.text


def test_control_rows_hold_the_secrets(rig: NvpRig, bare: Bare) -> None:
    bare.token()
    assert secrets_in(rig, everything_kept()) == ["USER", "PWD", "SIGNATURE"]


# --- No time limit


def test_waiting_has_an_end(rig: NvpRig) -> None:
    rig.fail("hang")
    with pytest.raises(Unavailable) as late:
        rig.gateway(patience=0.5).start(request())
    assert late.value.code == "timeout"


def test_control_waiting_has_none(bare: Bare) -> None:
    bare.token()
    assert all("timeout" not in options for options in bare.sent)


# --- No idempotency


def test_a_payment_whose_answer_was_lost_is_known_and_made_once(rig: NvpRig) -> None:
    token = opened(rig)
    rig.approve(token)
    rig.fail("lost", writes_only=True)
    with pytest.raises(Unavailable):
        rig.gateway().capture(token, idempotency_key="capture-0")
    assert rig.gateway().capture(token, idempotency_key="capture-0").state is RemoteState.SUCCEEDED
    assert rig.charged() == 1


def test_control_a_payment_whose_answer_was_lost_looks_refused(rig: NvpRig, bare: Bare) -> None:
    token = bare.token()
    rig.fail("lost", writes_only=True)
    with pytest.raises(requests.ConnectionError):
        bare.pay(token)
    with pytest.raises(PayPalError, match="10415"):
        bare.pay(token)
    assert rig.charged() == 1


def test_a_refund_whose_answer_was_lost_is_made_once(rig: NvpRig) -> None:
    token = opened(rig)
    rig.pay(token)
    asked = RefundRequest("refund-1", token, Decimal("10.00"), "EUR")
    rig.fail("lost", writes_only=True)
    with pytest.raises(Unavailable):
        rig.gateway().refund(asked)
    rig.gateway().refund(asked)
    assert rig.stand_in.stats()["refunds"] == 1


def test_control_a_refund_whose_answer_was_lost_is_made_twice(rig: NvpRig, bare: Bare) -> None:
    paid = bare.pay(bare.token()).value("PAYMENTINFO_0_TRANSACTIONID")
    rig.fail("lost", writes_only=True)
    with pytest.raises(requests.ConnectionError):
        express.refund_txn(paid, is_partial=True, amount=Decimal("10.00"), currency="EUR")
    express.refund_txn(paid, is_partial=True, amount=Decimal("10.00"), currency="EUR")
    assert rig.stand_in.stats()["refunds"] == 2


# --- No messages


def test_paypal_is_told_where_to_send_messages_and_confirms_them(rig: NvpRig) -> None:
    token = opened(rig)
    rig.pay(token)
    (message,) = rig.stand_in.state.data["messages"]
    assert message["url"] == "http://127.0.0.1:9/hooks/paypal_nvp/"
    assert rig.gateway().parse_webhook(message["body"].encode(), {}, now=NOW).provider_reference == token


def test_control_paypal_is_told_nothing_and_an_address_beside_is_garbled(rig: NvpRig, bare: Bare) -> None:
    """By its content type: PayPal does not decode what is in it."""
    bare.pay(bare.token())
    bare.pay(bare.token(PAYMENTREQUEST_0_NOTIFYURL="http://127.0.0.1:9/hooks/paypal_nvp/"))
    urls = [message["url"] for message in rig.stand_in.state.data["messages"]]
    assert urls == ["", "http%3A%2F%2F127.0.0.1%3A9%2Fhooks%2Fpaypal_nvp%2F"]


# --- 10486 and 10411


def test_a_refused_buyer_is_sent_back_with_the_same_token(rig: NvpRig) -> None:
    token = opened(rig)
    rig.decline(token)
    found = rig.gateway().fetch(token)
    assert (found.state, found.failure_code) == (RemoteState.OPEN, "10486") and token in found.redirect_url


def test_control_a_refused_buyer_is_at_an_end(bare: Bare) -> None:
    with pytest.raises(PayPalError, match="10486") as refusal:
        bare.pay(bare.token(), funding="declined")
    assert not hasattr(refusal.value, "redirect_url")


def test_an_expired_token_is_over_and_the_next_charge_has_another(rig: NvpRig) -> None:
    token = opened(rig)
    rig.let_expire(token)
    assert rig.gateway().fetch(token).state is RemoteState.EXPIRED
    assert opened(rig, idempotency_key="payment-2") != token


def test_control_an_expired_token_is_an_error_like_any_other(rig: NvpRig, bare: Bare) -> None:
    token = bare.token()
    rig.let_expire(token)
    with pytest.raises(PayPalError, match="10411"):
        express.get_txn(token)
    assert ExpressTransaction.objects.latest("pk").token is None  # not even whose it was


# --- Garbage for an answer, currencies, languages


@pytest.mark.parametrize("fault", ["html", "empty", "truncated"])
def test_garbage_is_no_answer(rig: NvpRig, fault: str) -> None:
    rig.fail(fault)
    with pytest.raises(Unavailable):
        rig.gateway().start(request())


def test_control_garbage_is_a_fault_of_the_shop(rig: NvpRig, bare: Bare) -> None:
    rig.fail("html")
    with pytest.raises(KeyError):
        bare.token()


@pytest.mark.parametrize("currency", ["HUF", "JPY", "TWD"])
def test_whole_currencies_are_paid_and_refunded(rig: NvpRig, currency: str) -> None:
    token = opened(rig, amount=Decimal("1500"), currency=currency)
    rig.pay(token)
    rig.gateway().refund(RefundRequest("refund-1", token, Decimal("500"), currency))
    found = rig.gateway().fetch(token)
    assert (found.amount, found.amount_refunded) == (Decimal(1500), Decimal(500))


@pytest.mark.parametrize("currency", ["HUF", "JPY", "TWD"])
def test_control_whole_currencies_are_refused(bare: Bare, currency: str) -> None:
    with pytest.raises(PayPalError, match="decimals"):
        bare.token("1500", currency)


def test_pages_are_in_the_buyers_language(rig: NvpRig) -> None:
    opened(rig, language="ru")
    assert rig.stand_in.requests()[-1]["LOCALECODE"] == "ru_RU"


def test_control_eight_countries_are_all(bare: Bare) -> None:
    with pytest.raises(ImproperlyConfigured):
        bare.token(LOCALECODE="ru_RU")


def test_the_package_is_used_through_its_adapter_alone() -> None:
    calls: list[Callable[[], object]] = [
        lambda: express.get_txn("EC-1"),
        lambda: package.post("https://x", {}, encode=False),
    ]
    for call in calls:
        with pytest.raises(ConfigurationError):
            call()
