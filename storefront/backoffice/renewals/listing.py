"""The list of renewals in trouble: refused, given up, waiting for a consent or for an address that takes mail."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column

from storefront.backoffice.columns import BadgeColumn, InstantColumn, LinkColumn, NumberLink
from storefront.backoffice.models.search import Kind
from storefront.backoffice.pages import ListPage
from storefront.backoffice.renewals.filters import RenewalFilters
from storefront.backoffice.search import within
from storefront.core import money
from storefront.licensing.models import Renewal
from storefront.licensing.states import TROUBLED_RENEWAL, RenewalStatus

VIEW = "licensing.view_license"


def state_of(renewal: Renewal) -> str:
    """A charge is in this list only while it waits for its next try."""
    if renewal.status == RenewalStatus.CHARGING:
        return _("Refused, tried again")
    return renewal.get_status_display()


def tone_of(renewal: Renewal) -> str:
    return "waiting" if renewal.status in (RenewalStatus.CHARGING, RenewalStatus.NEEDS_CONSENT) else "bad"


def why_of(renewal: Renewal) -> str:
    """In words where the reason is the shop's own and the state does not tell it; else the provider's code."""
    words = {
        "price": "",
        "notice_lost": "",
        "no_tax_rate": _("No tax rate of the payer's country"),
        "not_sold": _("Not sold for that period any more"),
        "nothing_to_pay": _("Costs nothing now"),
        "not_enough": _("Not enough on the personal account"),
        "no_method": _("No saved method may be charged"),
        "not_allowed": _("No saved method may be charged"),
        "card_tried": _("Card refused too often lately"),
    }
    return words.get(renewal.problem, renewal.problem)


def amount_of(renewal: Renewal) -> str:
    """What was announced, or the most that was agreed to."""
    if renewal.total is not None:
        return money.display(renewal.total, renewal.currency)
    most = money.display(renewal.subscription.agreed_total, renewal.subscription.currency)
    return _("at most %(amount)s") % {"amount": most}


class RenewalList(ListPage):
    """The one whose license ends first stands first."""

    model = Renewal
    permissions = (VIEW,)
    page_title = gettext_lazy("Renewals in trouble")
    empty_text = gettext_lazy("Every renewal goes as it should.")
    header_icon = "rotate"
    index_url_name = "backoffice-renewals"
    index_results_url_name = "backoffice-renewals-results"
    default_ordering = "extends_from"
    filterset_class = RenewalFilters
    search_fields = ["license__number", "subscription__customer__email", "invoice__number"]
    list_export = [
        "license.number", "license.product_title", "subscription.customer.email", "status", "problem", "total",
        "currency", "due_at", "next_try_at", "extends_from", "invoice.number", "subscription.pays_from",
    ]  # fmt: skip
    columns = [
        NumberLink(
            "license",
            label=gettext_lazy("License"),
            accessor="license.number",
            sort_key="license__number",
            list_name="renewals",
            get_url=lambda renewal: reverse("backoffice-license", args=[renewal.license.number]),
        ),
        Column("product", label=gettext_lazy("Product"), accessor="license.product_title"),
        LinkColumn(
            "customer",
            label=gettext_lazy("Customer"),
            accessor="subscription.customer.email",
            instance=lambda renewal: renewal.subscription.customer,
            sort_key="subscription__customer__email",
        ),
        BadgeColumn("status", label=gettext_lazy("State"), accessor=state_of, tone=tone_of, sort_key="status"),
        Column("problem", label=gettext_lazy("Why"), accessor=why_of),
        Column("total", label=gettext_lazy("Amount"), accessor=amount_of),
        LinkColumn(
            "invoice",
            label=gettext_lazy("Invoice"),
            accessor="invoice.number",
            instance=lambda renewal: renewal.invoice,
        ),
        InstantColumn("next_try_at", label=gettext_lazy("Next try"), sort_key="next_try_at"),
        InstantColumn("extends_from", label=gettext_lazy("License ends"), sort_key="extends_from"),
    ]

    def get_base_queryset(self) -> QuerySet[Renewal]:
        """Also what was refused and is tried again by itself."""
        was_refused = Q(status=RenewalStatus.CHARGING, next_try_at__isnull=False, tries__ended_at__isnull=False)
        keys = Renewal.objects.filter(Q(status__in=TROUBLED_RENEWAL) | was_refused).order_by().values("pk")
        rows = Renewal.objects.filter(pk__in=keys)
        return rows.select_related("subscription__customer", "license", "invoice")

    def search_queryset(self, queryset: QuerySet[Renewal]) -> QuerySet[Renewal]:
        if not self.is_searching:
            return queryset
        renewals, typed = Renewal.objects.all(), self.search_query
        return within.among(
            queryset,
            [
                *within.related(renewals, "license", Kind.LICENSE, typed),
                *within.related(renewals, "subscription__customer", Kind.CUSTOMER, typed),
                *within.related(renewals, "invoice", Kind.INVOICE, typed),
            ],
        )
