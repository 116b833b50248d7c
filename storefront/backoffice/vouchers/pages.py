"""The list of vouchers and the page of one."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views import View
from django_filters import ChoiceFilter
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets.button import HeaderButton

from catalogue.plans.models import PlanPrice
from checkout.models import VoucherRule
from checkout.vouchers import figures, rules, services
from storefront.backoffice.columns import BadgeColumn
from storefront.backoffice.models.search import Kind
from storefront.backoffice.pages import ActLink, Crumb, DetailPage, Fact, ListPage
from storefront.backoffice.rights import StaffOnly
from storefront.backoffice.search import within
from storefront.backoffice.vouchers import describe
from storefront.core import clock, money
from storefront.core.instants import instant

VIEW, ADD, CHANGE = (f"voucher.{action}_voucher" for action in ("view", "add", "change"))
SEE_CUSTOMERS, SEE_ORDERS = "users.view_user", "order.view_order"
LIST = Crumb("backoffice-vouchers", gettext_lazy("Vouchers"))
#: Uses and codes on the page of a voucher; the rest is in its export.
SHOWN = 50
SAMPLES = 6


class StateFilter(WagtailFilterSet):
    state = ChoiceFilter(
        label=pgettext_lazy("of a voucher", "State"),
        choices=[(code, label) for code, label in describe.STATES.items() if code != "used_up"],
        method="by_state",
    )

    class Meta:
        model = VoucherRule
        fields: list[str] = []

    def by_state(self, queryset: QuerySet[VoucherRule], name: str, value: str) -> QuerySet[VoucherRule]:
        now = clock.now()
        over, planned = Q(ends_at__lt=now), Q(starts_at__gt=now)
        return queryset.filter(
            {
                "over": over,
                "paused": ~over & Q(is_paused=True),
                "planned": ~over & planned & Q(is_paused=False),
                "running": ~over & ~planned & Q(is_paused=False),
            }[value]
        )


class VoucherList(ListPage):
    """Vouchers and sets of them, the newest first."""

    model = VoucherRule
    permissions = (VIEW, CHANGE)
    page_title = gettext_lazy("Vouchers")
    empty_text = gettext_lazy(
        "There are no vouchers yet. A voucher takes a percentage or a sum off for whoever types its code."
    )
    header_icon = "tag"
    index_url_name = "backoffice-vouchers"
    index_results_url_name = "backoffice-vouchers-results"
    default_ordering = "-created_at"
    filterset_class = StateFilter
    search_fields = ["voucher__code", "voucher__name", "voucher_set__name", "voucher_set__vouchers__code"]
    columns = [
        TitleColumn(
            "name", label=pgettext_lazy("of a voucher", "Name"), accessor="title", url_name="backoffice-voucher"
        ),
        Column("codes", label=gettext_lazy("Code"), accessor=describe.codes),
        Column("taken_off", label=gettext_lazy("Takes off"), accessor="words"),
        BadgeColumn(
            "state",
            label=pgettext_lazy("of a voucher", "State"),
            accessor="state",
            tone=lambda rule: services.state_of(rule, uses=rule.uses),
        ),
        Column("starts_at", label=gettext_lazy("From"), accessor="begins", sort_key="starts_at"),
        Column("ends_at", label=gettext_lazy("Until"), accessor="ends", sort_key="ends_at"),
        Column("uses", label=gettext_lazy("Uses"), accessor="uses", sort_key="uses"),
    ]

    @property
    def header_buttons(self) -> list[HeaderButton]:
        buttons = [HeaderButton(_("Calendar"), url=reverse("backoffice-vouchers-calendar"), icon_name="calendar")]
        if self.request.user.has_perm(ADD):
            buttons.append(HeaderButton(_("New voucher"), url=reverse("backoffice-voucher-add"), icon_name="plus"))
        return buttons

    def get_base_queryset(self) -> QuerySet[VoucherRule]:
        return figures.listed()

    def search_queryset(self, queryset: QuerySet[VoucherRule]) -> QuerySet[VoucherRule]:
        if not self.is_searching:
            return queryset
        rules, typed = VoucherRule.objects.all(), self.search_query
        named = VoucherRule.objects.filter(voucher_set__name__icontains=typed).order_by().values("pk")
        codes = within.related(rules, "voucher", Kind.VOUCHER, typed)
        codes += within.related(rules, "voucher_set__vouchers", Kind.VOUCHER, typed)
        return within.among(queryset, [named, *codes])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        for rule in context["object_list"]:
            rule.title, rule.words = str(rule), describe.taken_off(*services.as_terms(rule.benefit, rule.benefit_value))
            rule.state = describe.STATES[services.state_of(rule, uses=rule.uses)]
            rule.begins, rule.ends = instant(rule.starts_at, "short"), instant(rule.ends_at, "short")
        return context


class VoucherPage(DetailPage):
    """One voucher: what it does, to which carts, what came of it."""

    permissions = (VIEW, CHANGE)
    template_name = "backoffice/vouchers/voucher.html"
    header_icon = "tag"
    crumbs = (LIST,)

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.rule: VoucherRule = get_object_or_404(figures.listed(), pk=kwargs["pk"])
        self.terms = describe.terms_of(self.rule)

    def get_page_title(self) -> str:
        return str(self.rule)

    def facts(self) -> Iterator[Fact]:
        numbers = figures.of(self.rule)
        yield Fact(_("State"), describe.STATES[services.state_of(self.rule, uses=numbers.uses)])
        yield Fact(_("Code"), describe.codes(self.rule))
        yield Fact(_("Takes off"), describe.taken_off(self.terms.percent, self.terms.amount))
        yield Fact(_("From"), instant(self.terms.starts_at, "short"))
        yield Fact(_("Until"), instant(self.terms.ends_at, "short"))
        sees_customers = self.request.user.has_perm(SEE_CUSTOMERS)
        for sentence in describe.conditions(self.terms, sees_customers=sees_customers):
            yield Fact(_("Condition"), sentence)
        yield Fact(_("Uses"), numbers.uses)
        yield Fact(_("Taken off in all"), _sums(numbers.taken_off))
        yield Fact(_("Income of these orders"), _sums(numbers.income))

    def acts(self) -> Iterator[ActLink]:
        pk = self.rule.pk
        yield ActLink(_("Change"), reverse("backoffice-voucher-change", args=[pk]), CHANGE, "edit")
        if self.rule.is_paused:
            yield ActLink(_("Go on"), reverse("backoffice-voucher-resume", args=[pk]), CHANGE, "rotate")
        elif self.terms.ends_at > clock.now():
            yield ActLink(_("Pause"), reverse("backoffice-voucher-pause", args=[pk]), CHANGE, "minus")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        used = rules.uses(self.rule).select_related("order", "user", "voucher").order_by("-date_created", "-pk")
        return context | {
            "uses": used[:SHOWN],
            "samples": samples(self.terms),
            "sees_customers": self.request.user.has_perm(SEE_CUSTOMERS),
            "sees_orders": self.request.user.has_perm(SEE_ORDERS),
            "has_codes": self.rule.voucher_set_id is not None,
            "may_export": self.request.user.has_perm(CHANGE),
            "export_url": reverse("backoffice-voucher-codes", args=[self.rule.pk]),
        }


def samples(terms: services.VoucherTerms) -> list[figures.Sample]:
    """What a voucher would do to a few carts in the shop's first currency: the products it is for, at their longest and
    shortest periods."""
    if terms.percent is None and terms.amount is None:
        return []
    prices = PlanPrice.objects.filter(is_active=True, currency=settings.SHOP_CURRENCY)
    prices = prices.select_related("plan__software__product")
    if terms.products:
        prices = prices.filter(plan__software__in=terms.products)
    if terms.months:
        prices = prices.filter(months__in=terms.months)
    chosen = sorted(prices, key=lambda price: (price.amount, price.pk))
    few = chosen[: SAMPLES // 2] + chosen[max(SAMPLES // 2, len(chosen) - SAMPLES // 2) :]
    return figures.samples(terms, few)


class Codes(StaffOnly, View):
    """The codes of a set with their uses, as CSV."""

    permissions = (CHANGE,)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rule = get_object_or_404(VoucherRule, pk=kwargs["pk"])
        if rule.voucher_set_id is None:
            raise Http404
        used = set(rules.uses(rule).values_list("voucher__code", flat=True))
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="vouchers-{rule.pk}.csv"'
        table = csv.writer(response)
        table.writerow([_("Code"), _("Used")])
        for code in services.vouchers_of(rule).order_by("code").values_list("code", flat=True):
            table.writerow([code, _("yes") if code in used else _("no")])
        return response


def _sums(by_currency: dict[str, Any]) -> str:
    return ", ".join(money.display(amount, code) for code, amount in sorted(by_currency.items())) or "–"
