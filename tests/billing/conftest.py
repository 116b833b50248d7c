from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from storefront.sandbox.paymaster import PayMasterStandIn
from storefront.sandbox.sberbank import SberbankStandIn
from storefront.sandbox.simplepay import SimplePayStandIn
from storefront.sandbox.simplepay_pro import SimplePayProStandIn
from storefront.sandbox.twocheckout import TwoCheckoutStandIn
from storefront.sandbox.webmoney import WebMoneyStandIn
from storefront.sandbox.yookassa import YooKassaStandIn
from tests.billing.building import make_invoice


@pytest.fixture(autouse=True)
def short_timeouts(settings: Any) -> None:
    """The stand-in answers at once or is made to hang; nobody waits ten seconds for it."""
    settings.STRIPE_TIMEOUTS = (1.0, 1.0)


@pytest.fixture
def invoice(customer: Any) -> Any:
    """An open invoice of one line, 96.00 EUR, for an order."""
    return make_invoice(customer)


@pytest.fixture
def audited() -> Callable[[], list[str]]:
    """What the auditor finds in billing, as text."""
    from storefront.billing.audit import checks

    def run() -> list[str]:
        return [str(finding) for finding in checks()]

    return run


@pytest.fixture
def outbox() -> Callable[[str], list[str]]:
    """Keys of the outbox rows that begin with a word."""
    from storefront.notifications.models import OutboxMessage

    def keys(prefix: str) -> list[str]:
        return list(OutboxMessage.objects.filter(key__startswith=prefix).values_list("key", flat=True))

    return keys


@pytest.fixture
def twocheckout(settings: Any) -> Iterator[TwoCheckoutStandIn]:
    """The only payment method of the shop, in test mode."""
    with TwoCheckoutStandIn() as stand_in:
        settings.TWOCHECKOUT_MERCHANT_CODE = "250111206876"
        settings.TWOCHECKOUT_SECRET_KEYS = ["sandbox-2checkout-key"]
        settings.TWOCHECKOUT_BUY_LINK_SECRET = "sandbox-2checkout-word"
        settings.TWOCHECKOUT_API_BASE = settings.TWOCHECKOUT_CHECKOUT_BASE = stand_in.base_url
        settings.TWOCHECKOUT_TEST_ORDERS = True
        settings.PAYMENT_GATEWAYS = {"twocheckout": settings.PAYMENT_GATEWAYS["twocheckout"]}
        yield stand_in


@pytest.fixture
def sberbank(settings: Any) -> Iterator[SberbankStandIn]:
    """The only payment method of the shop."""
    with SberbankStandIn() as stand_in:
        settings.SBERBANK_USER_NAME, settings.SBERBANK_PASSWORD = "shop-api", "sandbox-sberbank-password"
        settings.SBERBANK_CALLBACK_KEYS = ["sandbox-sberbank-key"]
        settings.SBERBANK_API_BASE = f"{stand_in.base_url}/ecomm/gw/partner/api/v1"
        settings.PAYMENT_GATEWAYS = {"sberbank": settings.PAYMENT_GATEWAYS["sberbank"]}
        yield stand_in


@pytest.fixture
def yookassa(settings: Any) -> Iterator[YooKassaStandIn]:
    """The only payment method of the shop, a shop for tests there."""
    with YooKassaStandIn() as stand_in:
        settings.YOOKASSA_SHOP_ID = "100500"
        settings.YOOKASSA_SECRET_KEY = "test_sandbox-yookassa-key"
        settings.YOOKASSA_API_BASE = stand_in.base_url
        settings.PAYMENT_GATEWAYS = {"yookassa": settings.PAYMENT_GATEWAYS["yookassa"]}
        yield stand_in


@pytest.fixture
def simplepay(settings: Any) -> Iterator[SimplePayStandIn]:
    """The only payment method of the shop, in forints and euros."""
    with SimplePayStandIn() as stand_in:
        settings.SIMPLEPAY_ACCOUNTS = [
            "HUF:PUBLICTESTHUF:sandbox-simplepay-huf", "EUR:PUBLICTESTEUR:sandbox-simplepay-eur",
        ]  # fmt: skip
        settings.SIMPLEPAY_API_BASE = stand_in.base_url
        settings.PAYMENT_GATEWAYS = {"simplepay": settings.PAYMENT_GATEWAYS["simplepay"]}
        yield stand_in


@pytest.fixture
def simplepay_pro(settings: Any) -> Iterator[SimplePayProStandIn]:
    """The only payment method of the shop, switched on, in test mode."""
    with SimplePayProStandIn() as stand_in:
        settings.SIMPLEPAY_PRO, settings.SIMPLEPAY_PRO_OUTLET, settings.SIMPLEPAY_PRO_TEST = True, "1", True
        settings.SIMPLEPAY_PRO_KEY = "sandbox-simplepay-pro"
        settings.SIMPLEPAY_PRO_RESULT_KEYS = ["sandbox-simplepay-pro-result"]
        settings.SIMPLEPAY_PRO_API_BASE = f"{stand_in.base_url}/sp"
        settings.PAYMENT_GATEWAYS = {"simplepay_pro": settings.PAYMENT_GATEWAYS["simplepay_pro"]}
        yield stand_in


@pytest.fixture
def paymaster(settings: Any) -> Iterator[PayMasterStandIn]:
    """The only payment method of the shop, in test mode."""
    with PayMasterStandIn(merchant_id="merchant-1") as stand_in:
        settings.PAYMASTER_MERCHANT_ID, settings.PAYMASTER_TOKEN = "merchant-1", "sandbox-paymaster-token"
        settings.PAYMENT_ACCOUNTS = {"paymaster": "merchant-1"}
        settings.PAYMASTER_TEST = True
        settings.PAYMASTER_API_BASE = f"{stand_in.base_url}/api/v2"
        settings.PAYMENT_GATEWAYS = {"paymaster": settings.PAYMENT_GATEWAYS["paymaster"]}
        yield stand_in


@pytest.fixture
def webmoney(settings: Any) -> Iterator[WebMoneyStandIn]:
    """The only payment methods of the shop: WebMoney's page and its invoices."""
    with WebMoneyStandIn() as stand_in:
        settings.WEBMONEY_WMID = "012345678901"
        settings.WEBMONEY_PURSES = ["E123456789012:sandbox-webmoney-E"]
        settings.WEBMONEY_INVOICE_PURSES = ["E123456789012:sandbox-webmoney-E:sandbox-webmoney-x20-E"]
        settings.WEBMONEY_API_BASE, settings.WEBMONEY_TEST_MODE = stand_in.base_url, True
        names = ("webmoney", "webmoney_invoice")
        settings.PAYMENT_GATEWAYS = {name: settings.PAYMENT_GATEWAYS[name] for name in names}
        yield stand_in
