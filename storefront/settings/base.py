"""What every environment shares. Every secret and every address comes from the environment."""

import os
from pathlib import Path
from typing import Any

from django.conf.locale import LANG_INFO
from oscar.defaults import *  # noqa: F403  (Oscar's documented way to take its defaults)

from storefront.core import configuration, currencies, environment

from . import dashboard

BASE_DIR = Path(__file__).resolve().parent.parent.parent
#: What is wrong is collected here; demo, test and production refuse to start with it.
env = environment.Environment(os.environ)


#: Stand-ins and throw-away keys; set by settings/sandbox.py alone.
SANDBOX = False

# --- The site ---------------------------------------------------------------------------------------------------
DEBUG = False
SECRET_KEY = env.text("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.entries("SECRET_KEY_FALLBACKS")
#: Public origin of the shop, without a trailing slash; links in mails and provider return addresses start with it.
SITE_URL = env.origin("SITE_URL", default="http://127.0.0.1:8000")
ALLOWED_HOSTS = env.entries(
    "ALLOWED_HOSTS", each=environment.allowed_host, what="host names, without scheme, port and *"
)
#: Further origins that may post forms, with their scheme: "https://www.shop.example".
CSRF_TRUSTED_ORIGINS = env.entries("CSRF_TRUSTED_ORIGINS", each=environment.origin, what="origins with their scheme")
SITE_ID = 1
SHOP_NAME = env.text(
    "SHOP_NAME", default="Northbridge Software", pattern=".{1,60}", what="one line of at most 60 characters"
)
SUPPORT_EMAIL = env.email("SUPPORT_EMAIL", default="support@northbridge.example")
STAFF_EMAIL = env.email("STAFF_EMAIL", default=SUPPORT_EMAIL)
#: Proxies whose X-Forwarded-For is believed (addresses, networks or "unix"); empty: none is.
TRUSTED_PROXIES = env.entries("TRUSTED_PROXIES")

INSTALLED_APPS = [
    "storefront.core",
    "storefront.users",
    "storefront.notifications",
    "storefront.inbox",
    "storefront.billing",
    "catalogue.plans",
    "storefront.licensing",
    "storefront.account",
    "storefront.support",
    "cms",
    "cms.navigation",
    "cms.articles",
    "cms.statistics",
    # Oscar, with our two forks in the place of its own apps
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django.contrib.sitemaps",
    "django.contrib.flatpages",
    "django.contrib.humanize",
    "oscar.config.Shop",
    "oscar.apps.analytics.apps.AnalyticsConfig",
    "checkout.apps.CheckoutConfig",
    "oscar.apps.address.apps.AddressConfig",
    "oscar.apps.shipping.apps.ShippingConfig",
    "catalogue.apps.CatalogueConfig",
    "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
    "oscar.apps.communication.apps.CommunicationConfig",
    "oscar.apps.partner.apps.PartnerConfig",
    "oscar.apps.basket.apps.BasketConfig",
    "oscar.apps.payment.apps.PaymentConfig",
    "oscar.apps.offer.apps.OfferConfig",
    "oscar.apps.order.apps.OrderConfig",
    "oscar.apps.customer.apps.CustomerConfig",
    "oscar.apps.search.apps.SearchConfig",
    "oscar.apps.voucher.apps.VoucherConfig",
    "oscar.apps.wishlists.apps.WishlistsConfig",
    "storefront.dashboard.DashboardConfig",
    "oscar.apps.dashboard.reports.apps.ReportsDashboardConfig",
    "oscar.apps.dashboard.users.apps.UsersDashboardConfig",
    "oscar.apps.dashboard.orders.apps.OrdersDashboardConfig",
    "oscar.apps.dashboard.catalogue.apps.CatalogueDashboardConfig",
    "oscar.apps.dashboard.offers.apps.OffersDashboardConfig",
    "oscar.apps.dashboard.partners.apps.PartnersDashboardConfig",
    "oscar.apps.dashboard.pages.apps.PagesDashboardConfig",
    "oscar.apps.dashboard.ranges.apps.RangesDashboardConfig",
    "oscar.apps.dashboard.reviews.apps.ReviewsDashboardConfig",
    "oscar.apps.dashboard.vouchers.apps.VouchersDashboardConfig",
    "oscar.apps.dashboard.communications.apps.CommunicationsDashboardConfig",
    "oscar.apps.dashboard.shipping.apps.ShippingDashboardConfig",
    "widget_tweaks",
    "haystack",
    "treebeard",
    "django_tables2",
    "sorl.thumbnail",
    # Wagtail
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "cms.edit_conflicts.apps.UsersConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    # Log-in
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "anymail",
    "csp",
]

# Our forks hold code only: their tables and migrations are Oscar's.
MIGRATION_MODULES = {"catalogue": "oscar.apps.catalogue.migrations"}

MIDDLEWARE = [
    "storefront.core.health.HealthCheckMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "storefront.core.health.DatabaseOutageMiddleware",
    "storefront.core.page_cache.AnonymousPageCache",
    "storefront.core.request_time_limit.RequestTimeLimit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "storefront.core.language.UrlLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "storefront.core.csrf.SameOriginOrToken",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "storefront.core.csp.ContentSecurityPolicyMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "storefront.users.sessions.PrivatePagesMiddleware",
    "storefront.users.sessions.SessionActivityMiddleware",
    "storefront.users.middleware.StaffMFAMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "checkout.cart.session.CartMiddleware",
    "storefront.core.error_pages.MethodNotAllowedPage",
    "storefront.core.spreadsheets.FormulaInjectionMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "storefront.urls"
#: Where Wagtail and what is left of Oscar's dashboard are mounted: for staff only.
WAGTAIL_PATH, DASHBOARD_PATH = BACK_OFFICES = ("/admin/", "/dashboard/")
WSGI_APPLICATION = "storefront.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "storefront.core.context.shop",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
        },
    }
]

# --- Data -------------------------------------------------------------------------------------------------------
SQLITE_OPTIONS = {
    # IMMEDIATE: a transaction that will write takes the lock at once, so that no two can deadlock half-way.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
}


def database(default: str) -> dict:
    """The database named by DATABASE_URL, with the options each kind needs."""
    config = env.database("DATABASE_URL", default=default)
    options = config.setdefault("OPTIONS", {})
    if config["ENGINE"].endswith("sqlite3"):
        options.update(SQLITE_OPTIONS)
        config["CONN_MAX_AGE"] = None
    else:
        # A database that is away is told to the visitor within two seconds; the pool looks for it anew every other
        # second (its own gaps would grow to minutes) and lends no connection that has died meanwhile.
        options.setdefault("pool", {"min_size": 1, "max_size": 8, "timeout": 1.5, "reconnect_timeout": 2})
        options.setdefault("connect_timeout", 2)
        config["CONN_HEALTH_CHECKS"] = True
        # A lock we wait for longer than this is answered with 503, so that the sender tries again.
        options.setdefault("options", "-c lock_timeout=3000")
        config["CONN_MAX_AGE"] = 0
    return config


DATABASES = {"default": database(f"sqlite:///{BASE_DIR / 'var' / 'storefront.sqlite3'}")}
#: One web process: limits and cached texts need not be shared.
SINGLE_PROCESS = env.boolean("SINGLE_PROCESS", default=False)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
HAYSTACK_SIGNAL_PROCESSOR = "haystack.signals.BaseSignalProcessor"  # the simple engine keeps no index to update
#: "simple": words are looked for as they are, in every language and on both databases alike; forms of words and typing
#: errors are worked out by cms.search.
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database", "SEARCH_CONFIG": "simple"}}

# --- People -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
# Names, not addresses: they lead to the page in the language of the visitor.
LOGIN_REDIRECT_URL = "account-home"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_ADAPTER = "storefront.users.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "storefront.users.forms.EmailLoginForm",
    "reset_password": "storefront.users.forms.ResetForm",
    "add_email": "storefront.users.forms.ChangeEmailForm",
}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "storefront.users.tokens.PasswordTokens"  # noqa: S105  (a class, no secret)
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # changes of password, e-mail and second factor are told by mail
ACCOUNT_REAUTHENTICATION_REQUIRED = True
#: Passwords are counted by users.login_limits (THROTTLES); "login_failed" is left for the codes of a second factor.
#: How many mails an account gets is set by users.password_links.
ACCOUNT_RATE_LIMITS = {"reset_password": "20/h/ip", "login_failed": "10/m/ip,5/5m/key"}
MFA_TOTP_ISSUER = SHOP_NAME
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ADAPTER = "storefront.users.adapter.MFAAdapter"
#: Staff pages demand a log-in with a second factor.
STAFF_MFA_REQUIRED = env.boolean("STAFF_MFA_REQUIRED", default=True)
#: A session of staff ends after so many minutes without activity.
STAFF_IDLE_MINUTES = env.integer("STAFF_IDLE_MINUTES", default=60, at_least=1, at_most=24 * 60)
#: The link that sets the first password (and every reset link) is good once and for 72 hours.
PASSWORD_RESET_TIMEOUT = 72 * 3600
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "checkout.page.recovery.csrf_failure"

# --- The shop ---------------------------------------------------------------------------------------------------
SHOP_CURRENCY = env.text("SHOP_CURRENCY", default="EUR", pattern="|".join(currencies.sellable()), what=currencies.WHAT)
OSCAR_SHOP_NAME = SHOP_NAME
OSCAR_DEFAULT_CURRENCY = SHOP_CURRENCY
OSCAR_OFFER_ROUNDING_FUNCTION = "storefront.core.money.round_down"
OSCAR_HOMEPAGE = "/"
OSCAR_FROM_EMAIL = env.mailbox("DEFAULT_FROM_EMAIL", default="shop@northbridge.example")
OSCAR_ALLOW_ANON_CHECKOUT = False
OSCAR_SEND_REGISTRATION_EMAIL = False
OSCAR_HIDDEN_FEATURES = ["reviews", "wishlists"]
OSCAR_BASKET_COOKIE_LIFETIME = 60 * 24 * 3600
OSCAR_MAX_BASKET_QUANTITY_THRESHOLD = 999
OSCAR_DASHBOARD_NAVIGATION = dashboard.NAVIGATION
OSCAR_INITIAL_ORDER_STATUS = "New"
OSCAR_INITIAL_LINE_STATUS = "New"
#: What staff may do by hand in the dashboard. Paid and Refunded come from money alone (billing.states).
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
LICENSE_START_DAYS = env.integer("LICENSE_START_DAYS", default=30, at_most=365)
LICENSE_NOTICE_DAYS = [30, 14, 7, 1]

# --- Payments ---------------------------------------------------------------------------------------------------
STRIPE_API_KEY = env.text("STRIPE_API_KEY", pattern=configuration.STRIPE_KEY, what="a key that begins with sk_ or rk_")
STRIPE_WEBHOOK_SECRETS = env.entries(
    "STRIPE_WEBHOOK_SECRETS", each=configuration.webhook_secret, what="secrets that begin with whsec_"
)
STRIPE_API_BASE = env.origin("STRIPE_API_BASE", default="https://api.stripe.com")
#: Seconds to connect to Stripe and to wait for its answer.
STRIPE_TIMEOUTS = (3.0, 10.0)
#: The provider's own name of the account that must receive our money, where the provider tells it.
PAYMENT_ACCOUNTS: dict[str, str] = {}

# --- Bitrix24 ---------------------------------------------------------------------------------------------------
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
#: Days for which requests to Bitrix24 and their answers are kept, masked. The market's rules want three at least.
BITRIX24_LOG_DAYS = env.integer("BITRIX24_LOG_DAYS", default=3, at_least=3, at_most=90)
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

# --- Secrets at rest --------------------------------------------------------------------------------------------
#: Key material for encrypted columns (Bitrix24 tokens, stored messages); several, newest first, for rotation.
SALT_KEY = env.entries("FIELD_ENCRYPTION_KEYS")

# --- Mail -------------------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = OSCAR_FROM_EMAIL
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_BACKEND = env.text(
    "EMAIL_BACKEND",
    default="anymail.backends.postmark.EmailBackend",
    pattern=r"[\w.]+\.EmailBackend",
    what="the dotted path of an EmailBackend",
)
EMAIL_TIMEOUT = 10
# For Django's SMTP back end only. A user name and its password never travel in the clear unless it is asked for.
EMAIL_HOST = env.host("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.integer("EMAIL_PORT", default=587, at_least=1, at_most=65535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.boolean("EMAIL_USE_TLS", default=True)
ANYMAIL: dict[str, Any] = env.json("ANYMAIL", default={}, check=configuration.json_object, what='{"NAME": "value"}')
#: What the mail company proves itself with at /hooks/mail/: "name:password", several while one is changed.
MAIL_WEBHOOK_SECRETS = env.entries(
    "MAIL_WEBHOOK_SECRETS", each=configuration.mail_webhook_secret, what=configuration.MAIL_WEBHOOK_SECRET_FORM
)
if MAIL_WEBHOOK_SECRETS:
    ANYMAIL = ANYMAIL | {"WEBHOOK_SECRET": MAIL_WEBHOOK_SECRETS}
ANYMAIL_REQUESTS_TIMEOUT = (3, 10)  # seconds to connect and to wait; a company that hangs holds up the mail thread only

# --- Messages in and out, jobs ----------------------------------------------------------------------------------
#: Who verifies and handles what arrives at /hooks/<source>/.
INBOX_SOURCES = {
    "stripe": "storefront.billing.webhooks.stripe_source",
    "bitrix24": "storefront.licensing.bitrix24.events.bitrix24_source",
    "mail": "storefront.inbox.mail.mail_source",
}
#: Who delivers an outbox message, by its kind.
OUTBOX_HANDLERS = {
    "mail": "storefront.notifications.delivery.deliver",
    "mail.access": "storefront.users.password_links.deliver",
    "mail.checkout-reminder": "checkout.reminders.sending.deliver",
    "bitrix24.push": "storefront.licensing.bitrix24.push.deliver",
    "support.answer": "storefront.support.mails.deliver",
    "pictures": "cms.renditions.deliver",
}
#: Days after which the outbox forgets what it sent, for kinds that differ from MAIL_KEEP_DAYS: e-mail addresses that
#: strangers typed into "forgotten password" are not kept for long.
MAIL_KEEP_DAYS = env.integer("MAIL_KEEP_DAYS", default=365, at_least=60)
OUTBOX_KEEP_DAYS = {"mail.access": 30, "bitrix24.push": 30, "pictures": 1}
#: Days after which the inbox forgets what it handled.
WEBHOOK_KEEP_DAYS = env.integer("WEBHOOK_KEEP_DAYS", default=90, at_least=30)
#: Sources whose messages are about money: they wait for nobody else's.
MONEY_SOURCES = ["stripe"]
#: Jobs of one thread run one after the other, which works beside the others.
JOBS: dict[str, Any] = {
    "inbox-money": {
        "call": "storefront.inbox.processing.process_due",
        "options": {"only": MONEY_SOURCES, "is_proven": True},
        "every": 0.5,
        "thread": "money",
    },
    "inbox": {
        "call": "storefront.inbox.processing.process_due",
        "options": {"apart_from": MONEY_SOURCES, "is_proven": True},
        "every": 0.5,
        "thread": "portals",
    },
    "inbox-unproven": {
        "call": "storefront.inbox.processing.process_due",
        "options": {"is_proven": False},
        "every": 0.5,
        "thread": "strangers",
    },
    "outbox": {
        "call": "storefront.notifications.outbox.deliver_due",
        "options": {"apart_from": ["bitrix24.push", "pictures"]},
        "every": 0.5,
        "thread": "mail",
    },
    "outbox-portals": {
        "call": "storefront.notifications.outbox.deliver_due",
        "options": {"only": ["bitrix24.push"]},
        "every": 0.5,
        "thread": "portals",
    },
    "outbox-pictures": {
        "call": "storefront.notifications.outbox.deliver_due",
        "options": {"only": ["pictures"]},
        "every": 1,
        "thread": "pictures",
    },
    "payments-away": {"call": "storefront.billing.services.polling.probe_away", "every": 2, "thread": "probes"},
    "payments-poll": {"call": "storefront.billing.services.polling.poll_open_attempts", "every": 1, "thread": "polls"},
    "invoices-remind": {"call": "storefront.billing.services.dunning.remind_unpaid", "every": 900},
    "invoices-void": {"call": "storefront.billing.services.dunning.void_overdue", "every": 900, "thread": "slow"},
    "licenses-ending": {"call": "storefront.licensing.services.renewals.send_ending_notices", "every": 900},
    "checkout-remind": {"call": "checkout.reminders.sending.send_due", "every": 60},
    "publish-scheduled": {"call": "cms.schedule.publish_due", "every": 20},
    "discounts": {"call": "catalogue.plans.schedule.publish_due", "every": 2},
    "licenses-link": {"call": "storefront.licensing.bitrix24.linking.link_waiting", "every": 60},
    "portals-confirm": {
        "call": "storefront.licensing.bitrix24.confirmation.ask_again",
        "every": 10,
        "thread": "strangers",
    },
    "reconcile": {"call": "storefront.billing.services.reconcile.reconcile", "every": 24 * 3600, "thread": "slow"},
    "payments-setup": {"call": "storefront.billing.services.setup.check_all", "every": 24 * 3600, "thread": "slow"},
    "search-refresh": {"call": "cms.search.documents.refresh_all", "every": 24 * 3600, "thread": "slow"},
    "numbers-sum-up": {"call": "cms.statistics.rollup.roll_up", "every": 900},
    "clear-sessions": {"call": "storefront.core.retention.clear_sessions", "every": 24 * 3600, "thread": "slow"},
    "clear-carts": {"call": "checkout.cart.retention.clear_old_carts", "every": 24 * 3600, "thread": "slow"},
    "clear-reminders": {"call": "checkout.reminders.services.clear_old", "every": 3600, "thread": "slow"},
    "clear-outbox": {"call": "storefront.notifications.retention.clear_done", "every": 24 * 3600, "thread": "slow"},
    "clear-exchanges": {
        "call": "storefront.licensing.retention.clear_exchanges",
        "every": 6 * 3600,
        "thread": "slow",
    },
    "clear-inbox": {"call": "storefront.inbox.retention.clear_done", "every": 24 * 3600, "thread": "slow"},
    "audit": {"call": "storefront.core.audit.run_nightly", "every": 24 * 3600, "thread": "slow"},
}
#: Functions that yield findings; each must find nothing.
AUDIT_CHECKS = [
    "storefront.billing.audit.checks",
    "storefront.licensing.audit.checks",
    "storefront.inbox.audit.checks",
    "storefront.notifications.audit.checks",
    "catalogue.plans.audit.checks",
    "checkout.audit.checks",
]
#: Who is told when it finds something.
AUDIT_NOTICE = "storefront.notifications.mails.staff_notice"

# --- Waiting ----------------------------------------------------------------------------------------------------
#: Seconds that all calls to outside companies take together while a visitor waits; at most half of a process's threads
#: do so at a time.
WEB_PATIENCE_SECONDS = 8.0
WEB_THREADS = env.integer("WEB_THREADS", default=4, at_least=1, at_most=64)

# --- Limits -----------------------------------------------------------------------------------------------------
#: Storage of the throttles: memory:// counts per process, redis://... for all of them together.
THROTTLE_STORAGE_URL = env.text(
    "THROTTLE_STORAGE_URL", default="memory://", pattern=r"(memory|redis|rediss)://\S*", what="redis://host/number"
)
THROTTLES = {
    "login": "5/5minutes",  # passwords for one account from one address
    "login-address": "10/minute",  # passwords for any account from one address
    "login-account": "50/hour",  # passwords for one account from anywhere, but from devices that know it
    "login-device": "10/5minutes",  # passwords for one account on a device that has logged in to it before
    "checkout-address": "20/hour",  # e-mail addresses a visitor may try at the checkout
    "checkout-submit": "60/hour",
    "checkout-portal": "30/hour",  # Bitrix24 addresses a visitor may ask about whether they are licensed
    "checkout-draft": "1200/hour",  # keeping what is typed, some moments after each stop
    "checkout-customer": "30/hour",  # orders one account may try to place
    "cart-voucher": "30/hour",  # voucher codes a visitor may try
    "pay-start": "30/hour",
    "bitrix24-verify": "60/minute",  # questions to Bitrix24 about who opens the app, per visitor
    "bitrix24-verify-portal": "300/minute",  # ... and per portal; more than one visitor alone can use up
    "bitrix24-events": "600/minute",  # events per sender; the vendor's queue has few addresses
    "hook-mail": "120/minute",  # messages of the mail company without its secret, per sender
    "mail-again": "5/day",  # a mail to one's own address that came back, asked for in the account
    "chat-begin": "10/hour",  # conversations a visitor may begin
    "chat-send": "60/hour",
    "contact-send": "10/hour",
    "visit": "120/minute",  # product pages that one address says it looks at
    "search": "60/minute",
    "search-suggest": "300/minute",  # while somebody types
    "help-vote": "30/hour",  # answers to "was this helpful?" per visitor
    "help-vote-page": "1/day",  # ... and per page; more are thanked for and not counted
}

# --- Pages ------------------------------------------------------------------------------------------------------
#: The first language is the default one, whose addresses have no prefix. It is settled when the shop begins: rows hold
#: their texts in it. A further one is added here, or taken away, at any time.
LANGUAGE_CODES = env.entries("LANGUAGES", default=["en", "ru"])
LANGUAGE_CODE = LANGUAGE_CODES[0]
# A code that is none keeps its own name until the checks refuse it.
LANGUAGES = [(code, LANG_INFO.get(code, {}).get("name_local", code).capitalize()) for code in LANGUAGE_CODES]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False  # a new translation is a draft until somebody has written it
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
TIME_ZONE = env.time_zone("TIME_ZONE", default="UTC")
FORMAT_MODULE_PATH = "storefront.formats"
#: Read by Oscar's offers alone, for their begin and end: never a bare day for an instant.
DATE_FORMAT = DATETIME_FORMAT = r"j E Y, H:i \U\T\CO"
USE_TZ = True
USE_I18N = True
#: Translations of our texts; and Oscar's English in our words, for its American half calls a voucher a coupon.
LOCALE_PATHS = [BASE_DIR / "storefront" / "locale", BASE_DIR / "storefront" / "wording"]
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
#: Serve uploads from this process; in production a front server usually does.
SERVE_MEDIA = env.boolean("SERVE_MEDIA", default=False)
MEDIA_ROOT = env.path("MEDIA_ROOT", default=BASE_DIR / "var" / "media")
#: Uploads that only a view of ours may send, which checks who asks (documents). Nothing serves this folder as it is.
PRIVATE_MEDIA_ROOT = env.path("PRIVATE_MEDIA_ROOT", default=MEDIA_ROOT.with_name(f"private-{MEDIA_ROOT.name}"))
STORAGES = {
    "default": {"BACKEND": "storefront.core.files.PublicAndPrivateFiles"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WAGTAIL_SITE_NAME = SHOP_NAME
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_FRONTEND_LOGIN_URL = "account_login"
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # it would call out to a third party
WAGTAIL_ENABLE_UPDATE_CHECK = False  # likewise
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
#: Larger ones are refused at upload: a picture of 25 megapixels takes about 100 MB of memory while it is cut.
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 25_000_000
WAGTAILDOCS_EXTENSIONS = ["pdf", "zip", "docx", "xlsx", "txt", "mp4", "webm", "vtt"]
WAGTAILDOCS_SERVE_METHOD = "serve_view"  # through the rules of its collection, whatever the storage
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []  # everything is saved to disk, nothing opens in the shop's origin
THUMBNAIL_FORMAT = "PNG"

#: Seconds for which public pages are kept whole, at most; whatever changes them is seen at once. 0: not at all.
PAGE_CACHE_SECONDS = env.integer("PAGE_CACHE_SECONDS", default=600, at_most=24 * 3600)
#: Functions of a moment (UTC) that return the next one at which something on public pages begins or ends, or None.
PAGE_CACHE_MOMENTS = ["catalogue.plans.schedule.next_moment", "cms.navigation.notices.next_moment"]

# --- Headers ----------------------------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
#: Their pages carry inline scripts; everything else keeps the strict policy.
CSP_RELAXED_PREFIXES = BACK_OFFICES

# --- Logs -------------------------------------------------------------------------------------------------------
LOG_LEVEL = env.choice("LOG_LEVEL", default="INFO", among=configuration.LOG_LEVELS)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"links": {"()": "storefront.core.log_masking.MaskLinks"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["links"]}},
    # Stripe's SDK writes every call with its parameters; our own HTTP client writes one masked line for each.
    "loggers": {"stripe": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
