"""The shop: Oscar, the rules of orders and licenses, payments and Bitrix24."""

from typing import Any

from storefront.core import configuration, currencies, environment

from .paymaster import PAYMASTER_GATEWAY, PAYMASTER_MERCHANT_ID
from .paypal import PAYPAL_GATEWAY, PAYPAL_MERCHANT_ID
from .sberbank import SBERBANK_GATEWAY
from .simplepay import SIMPLEPAY_GATEWAY
from .simplepay_pro import SIMPLEPAY_PRO_GATEWAY
from .site import SHOP_NAME, env
from .twocheckout import TWOCHECKOUT_GATEWAY
from .webmoney import WEBMONEY_GATEWAY, WEBMONEY_INVOICE_GATEWAY
from .yookassa import YOOKASSA_GATEWAY

SHOP_CURRENCY = env.text("SHOP_CURRENCY", default="EUR", pattern="|".join(currencies.sellable()), what=currencies.WHAT)
#: All it sells in, SHOP_CURRENCY among them; empty: that one alone. Prices are typed for each, none is converted.
SHOP_CURRENCIES = env.entries(
    "SHOP_CURRENCIES", each=currencies.code, what=f"a list, separated by commas, each {currencies.WHAT}"
)
OSCAR_SHOP_NAME = SHOP_NAME
OSCAR_DEFAULT_CURRENCY = SHOP_CURRENCY
OSCAR_OFFER_ROUNDING_FUNCTION = "storefront.core.money.round_down"
OSCAR_HOMEPAGE = "/"
OSCAR_ALLOW_ANON_CHECKOUT = False
OSCAR_SEND_REGISTRATION_EMAIL = False
OSCAR_HIDDEN_FEATURES = ["reviews", "wishlists"]
OSCAR_BASKET_COOKIE_LIFETIME = 60 * 24 * 3600
OSCAR_MAX_BASKET_QUANTITY_THRESHOLD = 999
OSCAR_INITIAL_ORDER_STATUS = "New"
OSCAR_INITIAL_LINE_STATUS = "New"
#: What may be done to an order by hand. Paid and Refunded come from money alone (billing.states).
OSCAR_ORDER_STATUS_PIPELINE = {
    "New": ("Cancelled",),
    "Payment in progress": ("Cancelled",),
    "Paid": (),
    "Cancelled": (),
    "Refunded": (),
}
#: An unpaid order is void after this many days, and its customer is told this many days before.
UNPAID_ORDER_DAYS = env.integer("UNPAID_ORDER_DAYS", default=14, at_least=1, at_most=365)
UNPAID_REMINDER_DAYS = env.integer(
    "UNPAID_REMINDER_DAYS", default=min(3, UNPAID_ORDER_DAYS - 1), at_most=UNPAID_ORDER_DAYS - 1
)
#: Hours after the last change of cart and checkout before a buyer who ticked the box is mailed a link to the cart.
CHECKOUT_REMINDER_HOURS = env.integer("CHECKOUT_REMINDER_HOURS", default=4, at_least=1, at_most=72)
#: Days a license goes on after its end before it counts as expired.
LICENSE_GRACE_DAYS = env.integer("LICENSE_GRACE_DAYS", default=14, at_most=365)
#: Days a paid period waits for its Bitrix24; then it begins all the same.
#: An offer to hand a license over is good for so many days.
HANDOVER_DAYS = env.integer("HANDOVER_DAYS", default=14, at_least=1, at_most=90)
LICENSE_START_DAYS = env.integer("LICENSE_START_DAYS", default=30, at_most=365)
LICENSE_NOTICE_DAYS = [30, 14, 7, 1]

# --- Payments ----------------------------------------------------------------------------------------------------
STRIPE_API_KEY = env.text("STRIPE_API_KEY", pattern=configuration.STRIPE_KEY, what="a key that begins with sk_ or rk_")
STRIPE_WEBHOOK_SECRETS = env.entries(
    "STRIPE_WEBHOOK_SECRETS", each=configuration.webhook_secret, what="secrets that begin with whsec_"
)
STRIPE_API_BASE = env.origin("STRIPE_API_BASE", default="https://api.stripe.com")
#: Seconds to connect to Stripe and to wait for its answer.
STRIPE_TIMEOUTS = (3.0, 10.0)
#: PayPal's classic interface (NVP), for sellers who still hold its credentials; the account that receives the money.
PAYPAL_NVP_USER = env.text("PAYPAL_NVP_USER", pattern=r"\S{1,128}", what="an API username")
PAYPAL_NVP_PASSWORD = env.text("PAYPAL_NVP_PASSWORD", pattern=r"\S{1,128}", what="an API password")
PAYPAL_NVP_SIGNATURE = env.text("PAYPAL_NVP_SIGNATURE", pattern=r"\S{1,128}", what="an API signature")
PAYPAL_NVP_MERCHANT_ID = env.text(
    "PAYPAL_NVP_MERCHANT_ID", pattern="[A-Z0-9]{13}", what="a merchant ID, 13 letters and digits"
)
PAYPAL_NVP_API_BASE = env.origin("PAYPAL_NVP_API_BASE", default="https://api-3t.paypal.com")
#: Seconds to connect to PayPal and to wait for its answer.
PAYPAL_NVP_TIMEOUTS = (3.0, 10.0)
#: Where django-oscar-paypal looks for credentials, which it writes into its rows and its log: the adapter has them.
PAYPAL_API_USERNAME = PAYPAL_API_PASSWORD = PAYPAL_API_SIGNATURE = ""
#: Payment methods by name. ``class``: an adapter (``gateways.payments.base``). Its arguments: ``settings`` are read
#: from the settings named, ``options`` are given as they are. ``env``: the variables without which it cannot be used,
#: which are settings of the same names; buyers are not offered a method that lacks one, and production does not start
#: with some of them. No call is tried twice while somebody waits: poller and buyer try again, under the same key.
PAYMENT_GATEWAYS: dict[str, dict[str, Any]] = {
    "stripe": {
        "class": "storefront.gateways.payments.stripe.Gateway",
        "env": ("STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRETS"),
        "settings": {
            "api_key": "STRIPE_API_KEY",
            "webhook_secrets": "STRIPE_WEBHOOK_SECRETS",
            "api_base": "STRIPE_API_BASE",
            "timeouts": "STRIPE_TIMEOUTS",
        },
        "options": {"max_network_retries": 0},
    },
    "paypal": PAYPAL_GATEWAY,
    "twocheckout": TWOCHECKOUT_GATEWAY,
    "sberbank": SBERBANK_GATEWAY,
    "paymaster": PAYMASTER_GATEWAY,
    "yookassa": YOOKASSA_GATEWAY,
    "simplepay": SIMPLEPAY_GATEWAY,
    "simplepay_pro": SIMPLEPAY_PRO_GATEWAY,
    "webmoney": WEBMONEY_GATEWAY,
    "webmoney_invoice": WEBMONEY_INVOICE_GATEWAY,
    "paypal_nvp": {
        "class": "storefront.gateways.payments.paypal_nvp.gateway.Gateway",
        "env": ("PAYPAL_NVP_USER", "PAYPAL_NVP_PASSWORD", "PAYPAL_NVP_SIGNATURE", "PAYPAL_NVP_MERCHANT_ID"),
        "settings": {
            "user": "PAYPAL_NVP_USER",
            "password": "PAYPAL_NVP_PASSWORD",
            "signature": "PAYPAL_NVP_SIGNATURE",
            "merchant_id": "PAYPAL_NVP_MERCHANT_ID",
            "api_base": "PAYPAL_NVP_API_BASE",
            "site_url": "SITE_URL",
            "timeouts": "PAYPAL_NVP_TIMEOUTS",
        },
    },
}
#: Payment methods without a provider, by name: the dotted path of a ``billing.methods_by_hand.MethodByHand``.
PAYMENT_METHODS_BY_HAND: dict[str, str] = {"bank_transfer": "storefront.billing.transfers.method.METHOD"}
#: For how many days staff give a license before a bank transfer has come, unless they type another number.
PROVISIONAL_LICENSE_DAYS = env.integer("PROVISIONAL_LICENSE_DAYS", default=7, at_least=1, at_most=60)
#: Refunds above this need a second person, by currency; {}: one is enough. A currency that is not named then needs one
#: for every refund.
REFUND_APPROVAL_ABOVE = configuration.by_currency(
    env.entries("REFUND_APPROVAL_ABOVE", each=configuration.amount, what=configuration.AMOUNTS_FORM)
)
#: Whether changes of the seller's details, of roles and of who has them wait for a second person (``users.approvals``).
APPROVAL_BY_SECOND_PERSON = env.boolean("APPROVAL_BY_SECOND_PERSON", default=False)
#: What they decide about: name -> the dotted path of its ``approvals.Kind``.
APPROVAL_KINDS = {
    "seller": "storefront.billing.services.seller_states.APPROVAL",
    "role": "storefront.users.approval_kinds.ROLE",
    "member": "storefront.users.approval_kinds.MEMBER",
    "invitation": "storefront.users.approval_kinds.INVITATION",
    "documents": "storefront.billing.documents.settings_states.APPROVAL",
    "seal": "storefront.billing.documents.settings_states.SEAL_APPROVAL",
}
#: Things whose states can be compared and brought back: their model -> the dotted path of their ``kept_states.Keeper``.
KEPT_STATES = {
    "billing.seller": "storefront.billing.services.seller_states.STATES",
    "transfers.selleraccount": "storefront.billing.transfers.account_states.STATES",
    "plans.discount": "catalogue.plans.kept_states.DISCOUNT",
    "plans.period": "catalogue.plans.kept_states.PERIOD",
    "plans.softwareproduct": "catalogue.plans.kept_states.PRICES",
}
#: What other rooms add to the demo, called with a member of staff and the customer.
DEMO_PARTS = ["storefront.backoffice.demo.load", "storefront.billing.documents.demo.load"]
#: The provider's own name of the account that must receive our money, where the provider tells it.
PAYMENT_ACCOUNTS: dict[str, str] = {
    "paypal": PAYPAL_MERCHANT_ID,
    "paypal_nvp": PAYPAL_NVP_MERCHANT_ID,
    "paymaster": PAYMASTER_MERCHANT_ID,
}

# --- Tax ---------------------------------------------------------------------------------------------------------
#: VIES, which says whether a VAT ID is valid (see gateways/vies.py).
VIES_API_BASE = env.url("VIES_API_BASE", default="https://ec.europa.eu/taxation_customs/vies/rest-api")

# --- Bitrix24 ----------------------------------------------------------------------------------------------------
#: JSON list of the seller's Bitrix24 applications: [{"code": "...", "client_id": "...", "client_secret": "..."}].
#: ``code`` is our own name of it; ``bitrix24_code``, which may be added, the symbolic code of the vendor's cabinet.
BITRIX24_APPS: list[dict[str, Any]] = env.json(
    "BITRIX24_APPS", default=[], check=configuration.bitrix24_apps, what=configuration.BITRIX24_APPS_FORM
)
BITRIX24_OAUTH_SERVERS = env.entries(
    "BITRIX24_OAUTH_SERVERS",
    default=["https://oauth.bitrix24.tech", "https://oauth.bitrix.info"],
    each=environment.origin,
    what="origins with their scheme",
)
BITRIX24_ZONES = env.entries(
    "BITRIX24_ZONES",
    default="com com.br com.tr ru de eu es fr it pl in cn jp vn id kz by ua uk uz mx co".split(),
    each=environment.host,
    what="endings such as com or com.br",
)
#: Where the portal's own script comes from: it finishes an installation and gives the frame its height. Before 2026
#: the vendor's pages named https://api.bitrix24.com/api/v1/, which goes on working.
BITRIX24_JS_URL = env.url("BITRIX24_JS_URL", default="https://api.bitrix24.tech/api/v1/")
#: Loader script of the seller's own live chat (an open channel), which then takes the place of our panel on pages
#: where nobody logs in, orders or pays; and the secret that makes the hash by which its operators know a customer.
BITRIX24_CHAT_URL = env.url("BITRIX24_CHAT_URL", default="")
BITRIX24_CHAT_SECRET = env.text("BITRIX24_CHAT_SECRET")
#: URL names of the pages that may load it, one by one: a page that nobody thought of keeps the shop's own panel.
BITRIX24_CHAT_PAGES = frozenset(
    {"home", "products", "product", "search", "agreement", "agreement-version", "cart", "wagtail_serve"}
)
#: Exact loopback portals over plain http are accepted. For the demo and the tests only.
BITRIX24_ALLOW_LOOPBACK = False
