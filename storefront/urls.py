"""The composition root of addresses: the only place that names every app. Wagtail's pages come last."""

from django.apps import apps
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail import views as pages
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.documents.views import serve as documents

from cms.edit_conflicts.views import add_page, edit_page
from cms.views import may_keep
from storefront.backoffice.refusals import not_found, not_found_anywhere
from storefront.core import error_pages, health, serving
from storefront.core.csrf import without_token
from storefront.core.page_cache import cached_page

# Wagtail has no setting for it. tests/backoffice/test_refusals.py tells when a new version makes its 404 elsewhere.
wagtailadmin_urls.page_not_found = not_found
WAGTAIL = settings.WAGTAIL_PATH.lstrip("/")

#: Known to other systems, or for staff: one address each, whatever the language.
urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz/", health.healthz, name="healthz"),
    path("readyz/", health.readyz, name="readyz"),
    path("", include("storefront.users.closed_logins")),
    path("dashboard/", include("storefront.backoffice.old_addresses")),
    path(f"{WAGTAIL}pages/<int:page_id>/edit/", edit_page),
    path(
        f"{WAGTAIL}pages/add/<slug:content_type_app_name>/<slug:content_type_model_name>/<int:parent_page_id>/",
        add_page,
    ),
    path(WAGTAIL, include("cms.edit_conflicts.wagtail_forms")),
    # Wagtail shows its own list of the history to everybody who may enter.
    re_path(rf"^{WAGTAIL}reports/site-history/", RedirectView.as_view(pattern_name="backoffice-history")),
    path(WAGTAIL, include(wagtailadmin_urls)),
    path("", include("storefront.inbox.urls")),
    path("", include("storefront.licensing.urls")),
    path("catalogue/", apps.get_app_config("catalogue").urls),  # type: ignore[attr-defined]
    path(
        "documents/",
        include([re_path(r"^(\d+)/(.*)$", serving.ranged(documents.serve)), *wagtaildocs_urls.urlpatterns]),
    ),
    path("", include("cms.metadata.urls")),
    path("", include("cms.statistics.urls")),
]

#: What people read: the default language without a prefix, the others below theirs (/ru/...).
urlpatterns += i18n_patterns(
    path("", include("storefront.account.urls")),
    path("", include("storefront.support.urls")),
    path("", include("storefront.users.urls")),
    path("", include("checkout.urls")),
    path("", include("catalogue.plans.urls")),
    path("", include("cms.search.urls")),
    path("", include("cms.urls")),
    path("", include(wagtail_urls.urlpatterns[:-1])),
    re_path(
        wagtail_urls.serve_pattern, without_token(cached_page(pages.serve, may_keep=may_keep)), name="wagtail_serve"
    ),
    prefix_default_language=False,
)

if settings.SERVE_MEDIA:
    # Where no web server stands before us. Documents have an address of their own.
    urlpatterns.insert(0, re_path(r"^media/(?P<path>.*)$", serving.media))

handler400 = error_pages.bad_request
handler403 = error_pages.forbidden
handler404 = not_found_anywhere
handler429 = error_pages.too_many  # allauth's limits
handler500 = error_pages.server_error
