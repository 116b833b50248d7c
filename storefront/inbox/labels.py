"""What staff call the sources of messages."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SOURCES: dict[str, str | Promise] = {
    "stripe": "Stripe",
    "twocheckout": "2Checkout",
    "simplepay": "SimplePay (OTP)",
    "simplepay_pro": "SimplePay (simplepay.pro)",
    "webmoney": "WebMoney",
    "paypal_nvp": "PayPal (classic)",
    "paypal": "PayPal",
    "sberbank": "Sberbank",
    "paymaster": "PayMaster",
    "yookassa": "YooKassa",
    "bitrix24": "Bitrix24",
    "mail": _("Mail company"),
    "mail-inbound": _("Incoming mail"),
}


def source(name: str) -> str:
    """In the active language; a source without words is named by its name."""
    return str(SOURCES.get(name, name))
