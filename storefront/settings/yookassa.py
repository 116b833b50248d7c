"""YooKassa, one of the payment methods: its account, and the receipts by the Russian law 54-FZ."""

from typing import Any

from storefront.core import vat_codes

from .site import env

YOOKASSA_SHOP_ID = env.text("YOOKASSA_SHOP_ID", pattern=r"[0-9]{3,15}", what="the account's shopId, a number")
#: Its beginning tells the mode: a shop for tests has its own id and key.
YOOKASSA_SECRET_KEY = env.text(
    "YOOKASSA_SECRET_KEY", pattern=r"(live|test)_\S{8,}", what="a key that begins with live_ or test_"
)
YOOKASSA_API_BASE = env.origin("YOOKASSA_API_BASE", default="https://api.yookassa.ru")
#: Receipts go with payments and refunds, and YooKassa registers them; the seller's accountant says what is in them.
YOOKASSA_RECEIPTS = env.boolean("YOOKASSA_RECEIPTS", default=False)
#: The tax office's number of each rate of VAT in percent, and of what is sold without; they change with the law.
YOOKASSA_VAT_CODES = vat_codes.by_rate(
    env.entries(
        "YOOKASSA_VAT_CODES",
        default=["none=1", "0=2", "5=7", "7=8", "10=3", "20=4", "22=11"],
        each=vat_codes.entry,
        what=vat_codes.FORM,
    )
)
#: Number of the seller's tax system; 0: not told, for an account that has but one.
YOOKASSA_TAX_SYSTEM = env.integer("YOOKASSA_TAX_SYSTEM", default=0, at_most=6)
YOOKASSA_PAYMENT_SUBJECT = env.choice(
    "YOOKASSA_PAYMENT_SUBJECT", default="service", among=("service", "intellectual_activity", "commodity", "another")
)
YOOKASSA_PAYMENT_MODE = env.choice(
    "YOOKASSA_PAYMENT_MODE", default="full_payment", among=("full_payment", "full_prepayment", "advance")
)
#: Seconds to connect to YooKassa and to wait for its answer.
YOOKASSA_TIMEOUTS = (3.0, 10.0)

#: Its entry in PAYMENT_GATEWAYS.
YOOKASSA_GATEWAY: dict[str, Any] = {
    "class": "storefront.gateways.payments.yookassa.Gateway",
    "env": ("YOOKASSA_SHOP_ID", "YOOKASSA_SECRET_KEY"),
    "settings": {
        "shop_id": "YOOKASSA_SHOP_ID",
        "secret_key": "YOOKASSA_SECRET_KEY",
        "api_base": "YOOKASSA_API_BASE",
        "receipts": "YOOKASSA_RECEIPTS",
        "vat_codes": "YOOKASSA_VAT_CODES",
        "tax_system": "YOOKASSA_TAX_SYSTEM",
        "payment_subject": "YOOKASSA_PAYMENT_SUBJECT",
        "payment_mode": "YOOKASSA_PAYMENT_MODE",
        "timeouts": "YOOKASSA_TIMEOUTS",
    },
}
