"""Context of the information panels under 'Shop': a product's pages, an agreement's versions, what was sold."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from wagtail.models import Locale

from catalogue.plans.models import Agreement, AgreementVersion, Period, PlanPrice, SoftwareProduct
from cms.models import ProductPage


def product_links(software: SoftwareProduct, request: HttpRequest) -> dict[str, Any]:
    """The pages of a product, one per language, those in the default language first."""
    pages = ProductPage.objects.filter(software=software).select_related("locale").order_by("path")
    default = Locale.get_default()
    rows = [
        {
            "language": page.locale.get_display_name(),
            "status": status_of(page),
            "is_live": page.live,
            "edit_url": _edit_url(page, request),
            "url": page.get_url(request) if page.live else "",
        }
        for page in sorted(pages, key=lambda page: page.locale_id != default.pk)
    ]
    return {"pages": rows, "software": software, "is_shown": any(row["is_live"] for row in rows)}


def status_of(page: ProductPage) -> str:
    """Live, draft or both; unlike Wagtail's ``status_string`` without a query."""
    if not page.live:
        return gettext("draft")
    return gettext("live, with a newer draft") if page.has_unpublished_changes else gettext("live")


def _edit_url(page: ProductPage, request: HttpRequest) -> str:
    allowed = page.permissions_for_user(request.user).can_edit()
    return reverse("wagtailadmin_pages:edit", args=[page.pk]) if allowed else ""


def versions(agreement: Agreement, request: HttpRequest) -> dict[str, Any]:
    """An agreement's published versions, newest first, with their URLs, and the products that use it."""
    with translation.override(agreement.locale.language_code):
        rows = [
            {
                "number": version.number,
                "name": version.name,
                "published_at": version.published_at,
                "url": reverse("agreement-version", args=[agreement.slug, version.number]),
                "accepted": version.accepted,
                "before": version.number - 1,
                "compare_url": _versions_url(agreement, version.number),
            }
            for version in agreement.versions.annotate(accepted=Count("consents")).order_by("-number")
        ]
    return {
        "versions": rows,
        "differing": _differing(agreement),
        "products": users_of(agreement),
        "compare_url": _compare_url(agreement),
        "translate_url": _translate_url(agreement, request),
    }


def _differing(agreement: Agreement) -> list[dict[str, Any]]:
    """The version in force in each language, where their numbers differ; [] where all are equal."""
    latest = AgreementVersion.objects.filter(agreement__translation_key=agreement.translation_key)
    latest = latest.select_related("agreement__locale").order_by("agreement__locale_id", "-number")
    rows: dict[int, dict[str, Any]] = {}
    for version in latest:
        language = version.agreement.locale.get_display_name()
        row = {"language": language, "number": version.number, "published_at": version.published_at}
        rows.setdefault(version.agreement_id, row)
    return list(rows.values()) if len({row["number"] for row in rows.values()}) > 1 else []


def _translate_url(agreement: Agreement, request: HttpRequest) -> str:
    """Where to start a translation; "" if every language has one or the user may not."""
    translated = agreement.get_translations(inclusive=True).values("locale")
    missing = Locale.objects.exclude(pk__in=translated)
    if not request.user.has_perm("wagtail_localize.submit_translation") or not missing.exists():
        return ""
    return reverse("wagtail_localize:submit_snippet_translation", args=["plans", "agreement", agreement.pk])


def _versions_url(agreement: Agreement, number: int) -> str:
    """The comparison of a published version with the one before."""
    if number == 1:
        return ""
    name = agreement.snippet_viewset.get_url_name("versions_compare")
    return reverse(name, args=[agreement.pk, number - 1, number])


def _compare_url(agreement: Agreement) -> str:
    """The comparison of the draft with the version in force; "" if they are equal."""
    if not (agreement.live and agreement.has_unpublished_changes and agreement.latest_revision_id):
        return ""
    name = agreement.snippet_viewset.get_url_name("revisions_compare")
    return reverse(name, args=[agreement.pk, "live", "latest"])


def users_of(agreement: Agreement) -> list[SoftwareProduct]:
    """The products whose buyers accept this agreement, in this or another language."""
    return list(
        SoftwareProduct.objects.filter(agreement__translation_key=agreement.translation_key)
        .select_related("product")
        .order_by("product__title")
    )


def is_sold_product(software: SoftwareProduct) -> bool:
    """Whether an order, a cart or a license names any of its terms."""
    return _sold_terms(Q(plan__software=software)) or software.licenses.exists()


def is_sold_period(period: Period) -> bool:
    return _sold_terms(Q(period=period))


def _sold_terms(condition: Q) -> bool:
    sold = Q(product__line__isnull=False) | Q(product__basket_lines__isnull=False)
    return PlanPrice.objects.filter(condition).filter(sold).exists()
