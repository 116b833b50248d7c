"""The demo: SQLite, stand-ins on loopback, throw-away keys. ``make run`` uses it."""

from decimal import Decimal

from storefront.core import provider_settings, sandbox_keys

from .base import *  # noqa: F403
from .base import REFUND_APPROVAL_ABOVE, SHOP_CURRENCIES, SHOP_CURRENCY, STATIC_ROOT, env
from .sandbox import *  # noqa: F403
from .sandbox import PORT, SANDBOX_PAYMASTER, SANDBOX_SBERBANK, SANDBOX_TWOCHECKOUT, SANDBOX_YOOKASSA

SITE_URL = env.origin("SITE_URL", default=f"http://127.0.0.1:{PORT}")
WAGTAILADMIN_BASE_URL = SITE_URL
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
STAFF_MFA_REQUIRED = env.boolean("STAFF_MFA_REQUIRED", default=False)
#: The mail stand-in hands over what is answered in its mailbox.
SUPPORT_INBOUND_DOMAIN = env.host("SUPPORT_INBOUND_DOMAIN", default="reply.northbridge.example")
#: So that the demo shows a refund that waits for a second person.
REFUND_APPROVAL_ABOVE = REFUND_APPROVAL_ABOVE or {"EUR": Decimal(500), "RUB": Decimal(40_000)}
SHOP_CURRENCIES = SHOP_CURRENCIES or [*dict.fromkeys([SHOP_CURRENCY, "EUR", "RUB"])]
PAYPAL_CLIENT_ID = env.text("PAYPAL_CLIENT_ID", default=sandbox_keys.PAYPAL_ID)
PAYPAL_CLIENT_SECRET = env.text("PAYPAL_CLIENT_SECRET", default=sandbox_keys.PAYPAL_SECRET)
PAYPAL_WEBHOOK_ID = env.entries("PAYPAL_WEBHOOK_ID", default=["SANDBOX-WEBHOOK"])
TWOCHECKOUT_MERCHANT_CODE = env.text("TWOCHECKOUT_MERCHANT_CODE", default=sandbox_keys.TWOCHECKOUT_CODE)
TWOCHECKOUT_SECRET_KEYS = env.entries("TWOCHECKOUT_SECRET_KEYS", default=[sandbox_keys.TWOCHECKOUT_KEY])
TWOCHECKOUT_BUY_LINK_SECRET = env.text("TWOCHECKOUT_BUY_LINK_SECRET", default=sandbox_keys.TWOCHECKOUT_WORD)
TWOCHECKOUT_CHECKOUT_BASE = env.origin("TWOCHECKOUT_CHECKOUT_BASE", default=SANDBOX_TWOCHECKOUT)
TWOCHECKOUT_API_BASE = env.origin("TWOCHECKOUT_API_BASE", default=SANDBOX_TWOCHECKOUT)
TWOCHECKOUT_TEST_ORDERS = env.boolean("TWOCHECKOUT_TEST_ORDERS", default=True)
SBERBANK_USER_NAME = env.text("SBERBANK_USER_NAME", default="shop-api")
SBERBANK_PASSWORD = env.text("SBERBANK_PASSWORD", default=sandbox_keys.SBERBANK_PASSWORD)
SBERBANK_CALLBACK_KEYS = env.entries("SBERBANK_CALLBACK_KEYS", default=[sandbox_keys.SBERBANK_KEY])
SBERBANK_API_BASE = env.url("SBERBANK_API_BASE", default=f"{SANDBOX_SBERBANK}/ecomm/gw/partner/api/v1")
WEBMONEY_WMID = env.text("WEBMONEY_WMID", default="012345678901")
WEBMONEY_PURSES = env.entries("WEBMONEY_PURSES", default=[*sandbox_keys.WEBMONEY_PURSES])
WEBMONEY_INVOICE_PURSES = env.entries("WEBMONEY_INVOICE_PURSES", default=[*sandbox_keys.WEBMONEY_INVOICE_PURSES])
WEBMONEY_TEST_MODE = env.boolean("WEBMONEY_TEST_MODE", default=True)
SIMPLEPAY_ACCOUNTS = env.entries(
    "SIMPLEPAY_ACCOUNTS", each=provider_settings.simplepay_account, what=provider_settings.SIMPLEPAY_FORM,
    default=[*sandbox_keys.SIMPLEPAY_ACCOUNTS],
)  # fmt: skip
# Off unless it is switched on.
SIMPLEPAY_PRO = env.boolean("SIMPLEPAY_PRO", default=False)
SIMPLEPAY_PRO_OUTLET = env.text("SIMPLEPAY_PRO_OUTLET", default="1" if SIMPLEPAY_PRO else "")
SIMPLEPAY_PRO_KEY = env.text("SIMPLEPAY_PRO_KEY", default=sandbox_keys.SIMPLEPAY_PRO_KEY if SIMPLEPAY_PRO else "")
SIMPLEPAY_PRO_RESULT_KEYS = env.entries(
    "SIMPLEPAY_PRO_RESULT_KEYS", default=[sandbox_keys.SIMPLEPAY_PRO_RESULT_KEY] if SIMPLEPAY_PRO else []
)
SIMPLEPAY_PRO_TEST = env.boolean("SIMPLEPAY_PRO_TEST", default=True)
PAYMASTER_MERCHANT_ID = env.text("PAYMASTER_MERCHANT_ID", default=sandbox_keys.PAYMASTER_ID)
PAYMASTER_TOKEN = env.text("PAYMASTER_TOKEN", default=sandbox_keys.PAYMASTER_TOKEN)
PAYMASTER_TEST = env.boolean("PAYMASTER_TEST", default=True)
PAYMASTER_API_BASE = env.url("PAYMASTER_API_BASE", default=f"{SANDBOX_PAYMASTER}/api/v2")
PAYPAL_NVP_USER = env.text("PAYPAL_NVP_USER", default="seller_api1.example.com")
PAYPAL_NVP_PASSWORD = env.text("PAYPAL_NVP_PASSWORD", default=sandbox_keys.NVP_PASSWORD)
PAYPAL_NVP_SIGNATURE = env.text("PAYPAL_NVP_SIGNATURE", default=sandbox_keys.NVP_SIGNATURE)
PAYPAL_NVP_MERCHANT_ID = env.text("PAYPAL_NVP_MERCHANT_ID", default="SANDBOXSELLER")
YOOKASSA_SHOP_ID = env.text("YOOKASSA_SHOP_ID", default=sandbox_keys.YOOKASSA_SHOP)
YOOKASSA_SECRET_KEY = env.text("YOOKASSA_SECRET_KEY", default=sandbox_keys.YOOKASSA_KEY)
YOOKASSA_API_BASE = env.origin("YOOKASSA_API_BASE", default=SANDBOX_YOOKASSA)
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # empty here: files are served from where they are written
SERVE_MEDIA = True
env.refuse()
