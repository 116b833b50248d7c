"""Database, cache, search index, uploads, and the keys of encrypted columns."""

from .site import BASE_DIR, env

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

# --- Secrets at rest ---------------------------------------------------------------------------------------------
#: Key material for encrypted columns (Bitrix24 tokens, stored messages); several, newest first, for rotation.
SALT_KEY = env.entries("FIELD_ENCRYPTION_KEYS")

# --- Files -------------------------------------------------------------------------------------------------------
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
#: A folder that the worker takes bank statements from; "" for none.
STATEMENT_FOLDER = env.text("STATEMENT_FOLDER", pattern=r"/\S.*", what="the path of a folder, from the root on")
#: A PKCS #12 file with certificate and key, by which issued documents are signed; "": they are not.
DOCUMENT_SIGN_FILE = env.text("DOCUMENT_SIGN_FILE", pattern=r"/\S.*", what="the path of a .p12 file, from the root on")
DOCUMENT_SIGN_PASSWORD = env.text("DOCUMENT_SIGN_PASSWORD")
#: A command that judges uploads: it is given the path of a file and ends with 0 (clean), 1 (infected) or another code.
UPLOAD_SCAN_COMMAND = env.text("UPLOAD_SCAN_COMMAND", pattern=r"/\S.*", what="a command that begins with its path")
