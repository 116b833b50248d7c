"""Pages: Wagtail, the cache of public pages, and the headers of every answer."""

from zoneinfo import available_timezones

from .site import LANGUAGES, SHOP_NAME, SITE_URL, TIME_ZONE, WAGTAIL_PATH, env

#: What names of time zones begin with: https://data.iana.org/time-zones/theory.html#naming
PLACES = (
    *("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/"),
    *("Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/"),
)

WAGTAIL_SITE_NAME = SHOP_NAME
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_FRONTEND_LOGIN_URL = "account_login"
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # it would call out to a third party
#: Places, UTC and the shop's own: the machine's list also has "localtime", "Factory", and names of countries.
WAGTAIL_USER_TIME_ZONES = sorted(
    {"UTC", TIME_ZONE, *(name for name in available_timezones() if name.startswith(PLACES))}
)
WAGTAIL_ENABLE_UPDATE_CHECK = False  # likewise
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
#: Larger ones are refused at upload: a picture of 25 megapixels takes about 100 MB of memory while it is cut.
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 25_000_000
WAGTAILDOCS_EXTENSIONS = ["pdf", "zip", "docx", "xlsx", "txt", "mp4", "webm", "vtt"]
WAGTAILDOCS_SERVE_METHOD = "serve_view"  # through the rules of its collection, whatever the storage
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []  # everything is saved to disk, nothing opens in the shop's origin
THUMBNAIL_FORMAT = "PNG"
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False  # a new translation is a draft until somebody has written it
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES

#: Seconds for which public pages are kept whole, at most; whatever changes them is seen at once. 0: not at all.
PAGE_CACHE_SECONDS = env.integer("PAGE_CACHE_SECONDS", default=600, at_most=24 * 3600)
#: Functions of a moment (UTC) that return the next one at which something on public pages begins or ends, or None.
PAGE_CACHE_MOMENTS = [
    "catalogue.plans.schedule.next_moment",
    "cms.navigation.notices.next_moment",
    "storefront.billing.services.price_note.next_moment",
]

# --- Headers -----------------------------------------------------------------------------------------------------
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
CSP_RELAXED_PREFIXES = (WAGTAIL_PATH,)
