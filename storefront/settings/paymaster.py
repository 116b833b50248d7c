"""PayMaster (API v2), one of the payment methods (``gateways/payments/paymaster``)."""

from typing import Any

from .site import env

PAYMASTER_MERCHANT_ID = env.text(
    "PAYMASTER_MERCHANT_ID", pattern=r"[0-9A-Za-z-]{4,40}", what="an id of letters, digits and -"
)
PAYMASTER_TOKEN = env.text("PAYMASTER_TOKEN", pattern=r"\S{16,}", what="a token of 16 and more characters, no blanks")
#: No money is real: every charge asks for that, and nothing but a charge of the test mode pays.
PAYMASTER_TEST = env.boolean("PAYMASTER_TEST", default=False)
PAYMASTER_API_BASE = env.url("PAYMASTER_API_BASE", default="https://paymaster.ru/api/v2")
#: Seconds to connect to PayMaster and to wait for its answer.
PAYMASTER_TIMEOUTS = (3.0, 10.0)

#: Its entry in PAYMENT_GATEWAYS.
PAYMASTER_GATEWAY: dict[str, Any] = {
    "class": "storefront.gateways.payments.paymaster.Gateway",
    "env": ("PAYMASTER_MERCHANT_ID", "PAYMASTER_TOKEN"),
    "settings": {
        "merchant_id": "PAYMASTER_MERCHANT_ID",
        "token": "PAYMASTER_TOKEN",
        "site_url": "SITE_URL",
        "api_base": "PAYMASTER_API_BASE",
        "is_test": "PAYMASTER_TEST",
        "timeouts": "PAYMASTER_TIMEOUTS",
    },
}
