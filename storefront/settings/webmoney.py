"""WebMoney, two of the payment methods: its page, and invoices in the buyer's Keeper."""

from typing import Any

from storefront.core import provider_settings

from .site import env

#: The seller's WMID.
WEBMONEY_WMID = env.text("WEBMONEY_WMID", pattern=r"[0-9]{12}", what="a WMID of 12 digits")
#: Purses with their secret keys; a second entry of a purse is its former key, while it is changed.
WEBMONEY_PURSES = env.entries(
    "WEBMONEY_PURSES", each=provider_settings.webmoney_purse, what=provider_settings.WEBMONEY_FORM
)
#: Purses whose owner has a key for invoices (X20): the same, and that key.
WEBMONEY_INVOICE_PURSES = env.entries(
    "WEBMONEY_INVOICE_PURSES",
    each=provider_settings.webmoney_invoice_purse,
    what=provider_settings.WEBMONEY_INVOICE_FORM,
)
WEBMONEY_API_BASE = env.origin("WEBMONEY_API_BASE", default="https://merchant.webmoney.ru")
#: The purses are in test mode: no money is real.
WEBMONEY_TEST_MODE = env.boolean("WEBMONEY_TEST_MODE", default=False)
#: Seconds to connect to WebMoney and to wait for its answer.
WEBMONEY_TIMEOUTS = (3.0, 8.0)

_SETTINGS = {
    "wmid": "WEBMONEY_WMID",
    "api_base": "WEBMONEY_API_BASE",
    "is_test": "WEBMONEY_TEST_MODE",
    "timeouts": "WEBMONEY_TIMEOUTS",
}
#: Their entries in PAYMENT_GATEWAYS.
WEBMONEY_GATEWAY: dict[str, Any] = {
    "class": "storefront.gateways.payments.webmoney.Gateway",
    "env": ("WEBMONEY_WMID", "WEBMONEY_PURSES"),
    "settings": _SETTINGS | {"purses": "WEBMONEY_PURSES"},
}
WEBMONEY_INVOICE_GATEWAY: dict[str, Any] = {
    "class": "storefront.gateways.payments.webmoney.InvoiceGateway",
    "env": ("WEBMONEY_INVOICE_PURSES",),
    "settings": _SETTINGS | {"purses": "WEBMONEY_INVOICE_PURSES"},
}
