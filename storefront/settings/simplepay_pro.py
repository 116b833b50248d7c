"""SimplePay of simplepay.pro, one of the payment methods, for sellers who hold a contract with it: off by default."""

from typing import Any

from storefront.core import provider_settings

from .site import env

#: The switch. The company could not be reached when the method was made, so nobody gets it by accident.
SIMPLEPAY_PRO = env.boolean("SIMPLEPAY_PRO", default=False)
SIMPLEPAY_PRO_OUTLET = env.text("SIMPLEPAY_PRO_OUTLET", pattern=r"[0-9]{1,12}", what="the number of an outlet")
#: Signs calls and their answers.
SIMPLEPAY_PRO_KEY = env.text("SIMPLEPAY_PRO_KEY", pattern=r"[^\s;]{8,128}", what="a key of 8 and more characters")
#: Sign notices: the newest first, former ones while it is changed.
SIMPLEPAY_PRO_RESULT_KEYS = env.entries(
    "SIMPLEPAY_PRO_RESULT_KEYS", each=provider_settings.simplepay_pro_key, what=provider_settings.SIMPLEPAY_PRO_FORM
)
SIMPLEPAY_PRO_API_BASE = env.url("SIMPLEPAY_PRO_API_BASE", default="https://api.simplepay.pro/sp")
#: Every payment asks for the payment system TEST, and no money is real.
SIMPLEPAY_PRO_TEST = env.boolean("SIMPLEPAY_PRO_TEST", default=False)
#: Seconds to connect to SimplePay and to wait for its answer.
SIMPLEPAY_PRO_TIMEOUTS = (3.0, 8.0)

#: Its entry in PAYMENT_GATEWAYS.
SIMPLEPAY_PRO_GATEWAY: dict[str, Any] = {
    "class": "storefront.gateways.payments.simplepay_pro.Gateway",
    "env": ("SIMPLEPAY_PRO", "SIMPLEPAY_PRO_OUTLET", "SIMPLEPAY_PRO_KEY", "SIMPLEPAY_PRO_RESULT_KEYS"),
    "settings": {
        "outlet_id": "SIMPLEPAY_PRO_OUTLET",
        "key": "SIMPLEPAY_PRO_KEY",
        "result_keys": "SIMPLEPAY_PRO_RESULT_KEYS",
        "api_base": "SIMPLEPAY_PRO_API_BASE",
        "is_test": "SIMPLEPAY_PRO_TEST",
        "timeouts": "SIMPLEPAY_PRO_TIMEOUTS",
    },
}
