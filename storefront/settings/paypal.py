"""PayPal (Orders v2) as a payment method (``gateways/payments/paypal``)."""

from typing import Any

from storefront.core import configuration

from .site import env

#: A REST app of PayPal's, and the id of its webhook: of two, while it is moved to another address.
PAYPAL_CLIENT_ID = env.text("PAYPAL_CLIENT_ID", pattern=r"\S{8,}", what="the client id of a REST app")
PAYPAL_CLIENT_SECRET = env.text("PAYPAL_CLIENT_SECRET", pattern=r"\S{8,}", what="the secret of a REST app")
PAYPAL_WEBHOOK_ID = env.entries(
    "PAYPAL_WEBHOOK_ID", each=configuration.paypal_webhook_id, what="ids of webhooks: capital letters, digits and -"
)
#: Of the account that must receive the money; "": not compared.
PAYPAL_MERCHANT_ID = env.text(
    "PAYPAL_MERCHANT_ID", pattern=r"[A-Z0-9]{6,20}", what="an id of capital letters and digits"
)
PAYPAL_API_BASE = env.origin("PAYPAL_API_BASE", default=configuration.PAYPAL_LIVE)
#: How messages are proven: by PayPal's certificate (certificate), or by asking PayPal about each (api).
PAYPAL_VERIFY = env.choice("PAYPAL_VERIFY", default="certificate", among=("certificate", "api"))
#: Seconds to connect to PayPal and to wait for its answer.
PAYPAL_TIMEOUTS = (3.0, 10.0)
PAYPAL_GATEWAY: dict[str, Any] = {
    "class": "storefront.gateways.payments.paypal.Gateway",
    "env": ("PAYPAL_CLIENT_ID", "PAYPAL_CLIENT_SECRET", "PAYPAL_WEBHOOK_ID"),
    "settings": {
        "client_id": "PAYPAL_CLIENT_ID",
        "client_secret": "PAYPAL_CLIENT_SECRET",
        "webhook_ids": "PAYPAL_WEBHOOK_ID",
        "api_base": "PAYPAL_API_BASE",
        "verify": "PAYPAL_VERIFY",
        "timeouts": "PAYPAL_TIMEOUTS",
    },
}
