"""2Checkout (Verifone), one of the payment methods: its account, and which plan it is on."""

from typing import Any

from storefront.core import configuration

from .site import env

TWOCHECKOUT_MERCHANT_CODE = env.text(
    "TWOCHECKOUT_MERCHANT_CODE", pattern=r"[A-Za-z0-9]{4,30}", what="the account's merchant code"
)
#: The present one first; the former one is good for messages while it is changed.
TWOCHECKOUT_SECRET_KEYS = env.entries(
    "TWOCHECKOUT_SECRET_KEYS", each=configuration.long_secret, what="secret keys of 10 and more characters, no blanks"
)
TWOCHECKOUT_BUY_LINK_SECRET = env.text(
    "TWOCHECKOUT_BUY_LINK_SECRET", pattern=r"\S{10,}", what="the secret word of buy links, 10 and more characters"
)
TWOCHECKOUT_CHECKOUT_BASE = env.origin("TWOCHECKOUT_CHECKOUT_BASE", default="https://secure.2checkout.com")
TWOCHECKOUT_API_BASE = env.origin("TWOCHECKOUT_API_BASE", default="https://api.2checkout.com")
#: No money is real: links make test orders, and nothing but a test order pays. There are no keys of a test mode.
TWOCHECKOUT_TEST_ORDERS = env.boolean("TWOCHECKOUT_TEST_ORDERS", default=False)
#: The account is on the plan 2Monetize: 2Checkout sells, adds the tax and issues the invoice, and this shop does not.
TWOCHECKOUT_MERCHANT_OF_RECORD = env.boolean("TWOCHECKOUT_MERCHANT_OF_RECORD", default=False)
#: Money counts when it is received and approved, before 2Checkout counts the order as complete.
TWOCHECKOUT_EARLY_DELIVERY = env.boolean("TWOCHECKOUT_EARLY_DELIVERY", default=False)
#: Messages signed with SHA2-256 prove as well, for an account that cannot be set to SHA3-256.
TWOCHECKOUT_ACCEPT_SHA2 = env.boolean("TWOCHECKOUT_ACCEPT_SHA2", default=False)
#: Seconds to connect to 2Checkout and to wait for its answer.
TWOCHECKOUT_TIMEOUTS = (3.0, 8.0)

#: Its entry in PAYMENT_GATEWAYS.
TWOCHECKOUT_GATEWAY: dict[str, Any] = {
    "class": "storefront.gateways.payments.twocheckout.Gateway",
    "env": ("TWOCHECKOUT_MERCHANT_CODE", "TWOCHECKOUT_SECRET_KEYS", "TWOCHECKOUT_BUY_LINK_SECRET"),
    "settings": {
        "merchant_code": "TWOCHECKOUT_MERCHANT_CODE",
        "secret_keys": "TWOCHECKOUT_SECRET_KEYS",
        "buy_link_secret": "TWOCHECKOUT_BUY_LINK_SECRET",
        "checkout_base": "TWOCHECKOUT_CHECKOUT_BASE",
        "api_base": "TWOCHECKOUT_API_BASE",
        "takes_test_orders": "TWOCHECKOUT_TEST_ORDERS",
        "is_merchant_of_record": "TWOCHECKOUT_MERCHANT_OF_RECORD",
        "delivers_early": "TWOCHECKOUT_EARLY_DELIVERY",
        "accepts_sha2": "TWOCHECKOUT_ACCEPT_SHA2",
        "timeouts": "TWOCHECKOUT_TIMEOUTS",
    },
}
