"""Apps, middleware and templates: what the site is made of."""

from .site import BASE_DIR, METRICS_TOKEN

INSTALLED_APPS = [
    "storefront.core",
    "storefront.gateways.payments.paypal_nvp.apps.PayPalConfig",
    "storefront.gateways.payments.paypal_nvp.apps.PayPalNvpConfig",
    "storefront.users",
    "storefront.notifications",
    "storefront.inbox",
    "storefront.billing",
    "storefront.billing.documents",
    "storefront.billing.transfers",
    "storefront.billing.bank_statements",
    "storefront.billing.accounting",
    "catalogue.plans",
    "storefront.licensing",
    "storefront.account",
    "storefront.support",
    "storefront.backoffice",
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
    "storefront.oscar_shop.ShopConfig",
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
    "storefront.oscar_shop.BareDashboardConfig",
    "haystack",
    "treebeard",
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
    "storefront.core.request_id.RequestId",
    "storefront.core.nul_characters.NoNulCharacters",
    "storefront.core.health.HealthCheckMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "storefront.core.health.DatabaseOutageMiddleware",
    "storefront.core.page_cache.AnonymousPageCache",
    "storefront.core.request_time_limit.RequestTimeLimit",
    "storefront.users.sessions.RaceProofSessionMiddleware",
    "storefront.core.language.UrlLanguageMiddleware",
    "storefront.core.per_request.PerRequestMiddleware",
    "storefront.core.country_choice.CountryMiddleware",
    "storefront.core.currency_choice.CurrencyMiddleware",
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

if METRICS_TOKEN:
    # Counting costs a little at every request.
    MIDDLEWARE.insert(1, "django_prometheus.middleware.PrometheusBeforeMiddleware")
    MIDDLEWARE.append("django_prometheus.middleware.PrometheusAfterMiddleware")

ROOT_URLCONF = "storefront.urls"
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
