"""The site: its address, name and languages, and the environment that every other part reads."""

import os
from pathlib import Path

from django.conf.locale import LANG_INFO

from storefront.core import configuration, environment

BASE_DIR = Path(__file__).resolve().parent.parent.parent
#: What is wrong is collected here; demo, test and production refuse to start with it.
env = environment.Environment(os.environ)


#: Stand-ins and throw-away keys; set by settings/sandbox.py alone.
SANDBOX = False

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
#: Header in which they name the country of the visitor's address (CF-IPCountry); empty: none is read.
VISITOR_COUNTRY_HEADER = env.text(
    "VISITOR_COUNTRY_HEADER", pattern=r"[A-Za-z][A-Za-z0-9-]{0,59}", what="the name of a header, such as CF-IPCountry"
)
#: Where the back office is mounted: for staff only.
WAGTAIL_PATH = "/admin/"

# --- Languages and time ------------------------------------------------------------------------------------------
#: The first language is the default one, whose addresses have no prefix. It is settled when the shop begins: rows hold
#: their texts in it. A further one is added here, or taken away, at any time.
LANGUAGE_CODES = env.entries("LANGUAGES", default=["en", "ru"])
LANGUAGE_CODE = LANGUAGE_CODES[0]
# A code that is none keeps its own name until the checks refuse it.
LANGUAGES = [(code, LANG_INFO.get(code, {}).get("name_local", code).capitalize()) for code in LANGUAGE_CODES]
TIME_ZONE = env.time_zone("TIME_ZONE", default="UTC")
FORMAT_MODULE_PATH = "storefront.formats"
#: Read by Oscar's offers alone, for their begin and end: never a bare day for an instant.
DATE_FORMAT = DATETIME_FORMAT = r"j E Y, H:i \U\T\CO"
USE_TZ = True
USE_I18N = True
#: Translations of our texts; and Oscar's English in our words, for its American half calls a voucher a coupon.
LOCALE_PATHS = [BASE_DIR / "storefront" / "locale", BASE_DIR / "storefront" / "wording"]

#: What is deployed (a tag or a commit), shown on the page Health and told with errors.
RELEASE = env.text(
    "RELEASE", pattern=r"[\w.+-]{1,60}", what="a tag or commit of at most 60 letters, digits and . _ + -"
)
# --- Logs --------------------------------------------------------------------------------------------------------
LOG_LEVEL = env.choice("LOG_LEVEL", default="INFO", among=configuration.LOG_LEVELS)
#: For people, or one JSON object a line.
LOG_FORMAT = env.choice("LOG_FORMAT", default="text", among=("text", "json"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {
            "()": "storefront.core.log_formats.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        },
        "json": {"()": "storefront.core.log_formats.json_formatter"},
    },
    "filters": {"links": {"()": "storefront.core.log_masking.MaskLinks"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["links"]}},
    # Stripe's SDK writes every call with its parameters; our own HTTP client writes one masked line for each.
    "loggers": {"stripe": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}

# --- Watching ----------------------------------------------------------------------------------------------------
#: Opens /metrics to whoever brings it; without one there is no such page, and nothing is counted.
METRICS_TOKEN = env.text("METRICS_TOKEN", pattern=r"[\x21-\x7e]{20,}", what="20 or more characters without blanks")
#: Who tells the shop's own figures (``core.metrics``).
METRICS = [
    "storefront.core.job_metrics.gauges",
    "storefront.notifications.metrics.gauges",
    "storefront.inbox.metrics.gauges",
    "storefront.billing.metrics.gauges",
]
#: Where errors are told, masked and without personal data; needs sentry-sdk (extra "prod").
SENTRY_DSN = env.text(
    "SENTRY_DSN", pattern=r"https://[^\s@]+@[^\s@]+/\d+", what="a DSN: https://<key>@<host>/<project>"
)
