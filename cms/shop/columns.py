"""Columns of the lists under 'Shop'."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, LiveStatusTagColumn, LocaleColumn, StatusTagColumn
from wagtail.models import Locale

from catalogue.plans.models import Agreement, Discount, SoftwareProduct, months_label
from cms.models import ProductPage
from cms.shop import panel_context
from storefront.core import clock, countries, money, percentages
from storefront.core.instants import instant


class PageColumn(Column):
    """Whether the product has a page and whether it is live, with links. One query for the whole list."""

    cell_template_name = "cms/shop/page_cell.html"

    def get_cell_context_data(self, instance: SoftwareProduct, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        pages = _pages_of(parent_context["table"])
        page = next(iter(pages[instance.pk]), None)
        if page is not None:
            context["page"] = page
            context["status"] = panel_context.status_of(page)
            context["edit_url"] = reverse("wagtailadmin_pages:edit", args=[page.pk])
            context["live_url"] = instance.product.get_absolute_url() if page.live else ""
        return context


def _pages_of(table: Any) -> dict[int, list[ProductPage]]:
    """Pages in the default language of the listed products, by product; kept on the table."""
    by_product: dict[int, list[ProductPage]] | None = getattr(table, "product_pages", None)
    if by_product is None:
        by_product = table.product_pages = defaultdict(list)
        pages = ProductPage.objects.filter(software__in=list(table.data), locale=Locale.get_default())
        for page in pages.defer_streamfields():
            by_product[page.software_id].append(page)
    return by_product


def price_from(software: SoftwareProduct) -> str:
    """The lowest price per month, "" if nothing is on sale."""
    if software.lowest_monthly_amount is None:
        return ""
    amount = money.display(software.lowest_monthly_amount, software.currency)
    return gettext("from %(amount)s a month") % {"amount": amount}


class SaleColumn(Column):
    """Whether visitors can buy the product: it has a price, and its page is published."""

    cell_template_name = "wagtailadmin/tables/status_tag_cell.html"

    def get_cell_context_data(self, instance: SoftwareProduct, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        pages = _pages_of(parent_context["table"])[instance.pk]
        is_on_sale = is_sellable(instance) and any(page.live for page in pages)
        return context | {
            "value": gettext("on sale") if is_on_sale else obstacle(instance, pages),
            "primary": is_on_sale,
        }

    def get_value(self, instance: SoftwareProduct) -> str:
        return ""


def is_sellable(software: SoftwareProduct) -> bool:
    return software.product.is_public and software.lowest_monthly_amount is not None


def obstacle(software: SoftwareProduct, pages: list[ProductPage]) -> str:
    """Why a product is not on sale."""
    if not software.product.is_public:
        return gettext("hidden")
    if software.lowest_monthly_amount is None:
        return gettext("nothing to buy")
    return gettext("its page is a draft") if pages else gettext("has no page")


def state_of(discount: Discount) -> str:
    """Whether a discount is running, scheduled or over."""
    now = clock.now()
    if discount.is_in_force(now):
        return gettext("running")
    return gettext("scheduled") if discount.starts_at > now else gettext("ended")


class ProductsColumn(Column):
    """The products of a discount by name. One query for the whole list."""

    def get_cell_context_data(self, instance: Discount, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        table = parent_context["table"]
        names: dict[int, str] | None = getattr(table, "product_names", None)
        if names is None:
            names = table.product_names = product_names(table.data)
        return context | {"value": products_of(instance, names)}

    def get_value(self, instance: Discount) -> str:
        return ""


def product_names(discounts: Iterable[Discount]) -> dict[int, str]:
    """Titles of the products that these discounts are for. One query."""
    wanted = {pk for discount in discounts for pk in discount.product_ids}
    products = SoftwareProduct.objects.filter(pk__in=wanted).select_related("product") if wanted else ()
    return {software.pk: software.title_text() for software in products}


def products_of(discount: Discount, names: Mapping[int, str]) -> str:
    gone = gettext("A product that no longer exists (%(number)d)")
    named = [names.get(pk) or gone % {"number": pk} for pk in discount.product_ids]
    return ", ".join(named) or gettext("All products")


def periods_of(discount: Discount) -> str:
    return ", ".join(months_label(months) for months in discount.period_months) or gettext("All periods")


def end_of(discount: Discount) -> str:
    return instant(discount.ends_at, "short") if discount.ends_at else gettext("until further notice")


def percent(value: Any) -> str:
    return percentages.display(value)


class VersionColumn(Column):
    """An agreement's version in force, marked where that of another language has another number. One query for the
    whole list."""

    cell_template_name = "wagtailadmin/tables/status_tag_cell.html"

    def get_cell_context_data(self, instance: Agreement, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        table = parent_context["table"]
        numbers: dict[Any, dict[int, int]] | None = getattr(table, "version_numbers", None)
        if numbers is None:
            numbers = table.version_numbers = versions_in_force(table.data)
        known = numbers.get(instance.translation_key, {})
        value = str(known[instance.pk]) if instance.pk in known else "–"
        if len(set(known.values())) > 1 and instance.pk in known:
            value = gettext("%(number)s; languages differ") % {"number": value}
        return context | {"value": value, "primary": len(set(known.values())) == 1}

    def get_value(self, instance: Agreement) -> str:
        return ""


def versions_in_force(agreements: Iterable[Agreement]) -> dict[Any, dict[int, int]]:
    """Translation key -> agreement -> number of its latest version."""
    keys = {agreement.translation_key for agreement in agreements}
    rows = Agreement.objects.filter(translation_key__in=keys, versions__isnull=False)
    numbers: dict[Any, dict[int, int]] = defaultdict(dict)
    for key, pk, number in rows.annotate(number=Max("versions__number")).values_list("translation_key", "pk", "number"):
        numbers[key][pk] = number
    return numbers


NOWRAP = "w-whitespace-nowrap"
PRODUCT_COLUMNS = [
    "__str__",
    SaleColumn("visibility", label=_("Sale"), classname=NOWRAP),
    Column("price_from", label=_("Price"), accessor=price_from, classname=NOWRAP),
    PageColumn("page", label=_("Page")),
    Column("agreement", label=_("Agreement")),
]
AGREEMENT_COLUMNS = [
    "name",
    LocaleColumn(),
    LiveStatusTagColumn(),
    VersionColumn("version", label=_("Version in force"), classname=NOWRAP),
    "slug",
]
DISCOUNT_COLUMNS = [
    "name",
    StatusTagColumn("state", label=_("State"), accessor=state_of, primary=lambda d: d.is_in_force(clock.now())),
    ProductsColumn("products", label=_("Products")),
    Column("periods", label=_("Periods"), accessor=periods_of),
    Column("percent", label=_("Discount"), accessor=lambda discount: percent(discount.percent), sort_key="percent"),
    Column("starts_at", label=_("From"), accessor=lambda d: instant(d.starts_at, "short"), sort_key="starts_at"),
    Column("ends_at", label=_("Until"), accessor=end_of, sort_key="ends_at"),
]
PERIOD_COLUMNS = [
    "__str__",
    Column("percent", label=_("Standing discount"), accessor=lambda period: percent(period.discount_percent)),
    StatusTagColumn(
        "is_active",
        label=_("Sale"),
        accessor=lambda period: gettext("on sale") if period.is_active else gettext("off sale"),
        primary=lambda period: period.is_active,
    ),
]
EXCHANGE_RATE_COLUMNS = [
    Column("valid_from", label=_("Day"), sort_key="valid_from"),
    Column(
        "rate", label=_("Rate"), accessor=lambda each: f"1 {each.currency} = {each.rate.normalize():f} {each.quote}"
    ),
    Column("source", label=_("Published by"), accessor="get_source_display"),
    Column("last_day", label=_("Good until")),
]
TAX_RATE_COLUMNS = [
    Column("country", label=_("Country"), accessor=lambda rate: countries.name(rate.country), sort_key="country"),
    Column("region", label=_("Region"), accessor="get_region_display"),
    Column("rate", label=_("Rate"), accessor=lambda rate: percent(rate.rate), sort_key="rate"),
    Column("kind", label=_("Kind of tax"), accessor="get_kind_display"),
    Column("valid_from", label=_("From"), sort_key="valid_from"),
    Column("valid_to", label=_("To")),
]
