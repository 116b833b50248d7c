"""SimplePay of OTP (Hungary), one of the payment methods: its accounts."""

from typing import Any

from storefront.core import provider_settings

from .site import env

#: One account for each currency; a second entry of an account is its former key, while it is changed.
SIMPLEPAY_ACCOUNTS = env.entries(
    "SIMPLEPAY_ACCOUNTS", each=provider_settings.simplepay_account, what=provider_settings.SIMPLEPAY_FORM
)
SIMPLEPAY_API_BASE = env.origin("SIMPLEPAY_API_BASE", default=provider_settings.SIMPLEPAY_LIVE)
#: Seconds to connect to SimplePay and to wait for its answer.
SIMPLEPAY_TIMEOUTS = (3.0, 8.0)

#: Its entry in PAYMENT_GATEWAYS.
SIMPLEPAY_GATEWAY: dict[str, Any] = {
    "class": "storefront.gateways.payments.simplepay.Gateway",
    "env": ("SIMPLEPAY_ACCOUNTS",),
    "settings": {
        "accounts": "SIMPLEPAY_ACCOUNTS",
        "api_base": "SIMPLEPAY_API_BASE",
        "timeouts": "SIMPLEPAY_TIMEOUTS",
    },
}
