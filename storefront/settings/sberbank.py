"""Sberbank's acquiring, one of the payment methods (``gateways/payments/sberbank``)."""

from typing import Any

from storefront.core import configuration

from .site import env

#: Of the API user, whose name ends in -api.
SBERBANK_USER_NAME = env.text("SBERBANK_USER_NAME", pattern=r"\S{3,64}", what="the name of an API user")
SBERBANK_PASSWORD = env.text("SBERBANK_PASSWORD", pattern=r"\S{8,64}", what="its password, 8 and more characters")
#: Up to the names of the calls: the present gateway's or an older one's. Whether money is real, its host tells.
SBERBANK_API_BASE = env.url("SBERBANK_API_BASE", default=configuration.SBERBANK_LIVE)
#: Certificate authorities for this bank alone: its hosts' certificates come from the Russian national authority.
SBERBANK_CA_FILE = env.text(
    "SBERBANK_CA_FILE", pattern=r"/\S.*", what="the path of a file of certificates (PEM), from the root on"
)
#: What proves callbacks: keys of a symmetric checksum, several while one is changed; or the bank's certificate. With
#: neither, each is only a reason to ask the bank.
SBERBANK_CALLBACK_KEYS = env.entries(
    "SBERBANK_CALLBACK_KEYS", each=configuration.long_secret, what="keys of 10 and more characters, no blanks"
)
SBERBANK_CALLBACK_CERTIFICATE = env.text(
    "SBERBANK_CALLBACK_CERTIFICATE", pattern=r"/\S.*", what="the path of a certificate (PEM), from the root on"
)
#: Seconds to connect to the bank and to wait for its answer.
SBERBANK_TIMEOUTS = (3.0, 10.0)

#: Its entry in PAYMENT_GATEWAYS.
SBERBANK_GATEWAY: dict[str, Any] = {
    "class": "storefront.gateways.payments.sberbank.Gateway",
    "env": ("SBERBANK_USER_NAME", "SBERBANK_PASSWORD"),
    "settings": {
        "user_name": "SBERBANK_USER_NAME",
        "password": "SBERBANK_PASSWORD",
        "api_base": "SBERBANK_API_BASE",
        "callback_keys": "SBERBANK_CALLBACK_KEYS",
        "callback_certificate": "SBERBANK_CALLBACK_CERTIFICATE",
        "ca_file": "SBERBANK_CA_FILE",
        "timeouts": "SBERBANK_TIMEOUTS",
    },
}
