"""Lists and forms of the menu 'Shop'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from wagtail.admin.panels import ObjectList
from wagtail.snippets.views.snippets import CreateView, IndexView, SnippetViewSet, SnippetViewSetGroup

from catalogue.plans.models import Agreement, Discount, Period, SoftwareProduct
from cms.edit_conflicts.second_person import SecondPerson
from cms.edit_conflicts.value_log import Changes
from cms.edit_conflicts.views import EditView, OneEditorAtATime
from cms.groups import FreshLogin
from cms.shop import account_panels, columns, panels, tax_panels
from cms.shop.chooser import ProductChooserViewSet
from cms.shop.delete_guards import UnpublishAgreementView
from cms.shop.forms.sellers import SellerForm
from cms.shop.refund_reasons import RefundReasonViewSet
from cms.shop.version_diff import CompareVersionsView
from storefront.billing.models import ExchangeRate, Seller, TaxRate
from storefront.billing.transfers.models import SellerAccount


class ProductsView(IndexView):
    page_title = _("Products")
    add_item_label = _("Add a product")


class SoftwareProductViewSet(OneEditorAtATime, SnippetViewSet):
    model = SoftwareProduct
    index_view_class = ProductsView
    icon = "desktop"
    menu_label = _("Products")
    list_display = columns.PRODUCT_COLUMNS
    search_fields = ["product__title", "bitrix24_app_code"]
    search_backend_name = None
    copy_view_enabled = False
    edit_handler = panels.PRODUCT
    chooser_viewset_class = ProductChooserViewSet

    def get_queryset(self, request: HttpRequest) -> QuerySet[SoftwareProduct]:
        return SoftwareProduct.objects.select_related("product", "agreement").order_by("product__title")


class PeriodViewSet(OneEditorAtATime, SnippetViewSet):
    model = Period
    icon = "calendar-alt"
    menu_label = _("Periods")
    list_display = columns.PERIOD_COLUMNS
    copy_view_enabled = False
    edit_handler = panels.PERIOD

    def get_queryset(self, request: HttpRequest) -> QuerySet[Period]:
        """The common ones; a product's own are edited with it."""
        return Period.objects.filter(software=None)


class DiscountViewSet(OneEditorAtATime, SnippetViewSet):
    model = Discount
    icon = "tag"
    menu_label = _("Discounts")
    list_display = columns.DISCOUNT_COLUMNS
    copy_view_enabled = False
    edit_handler = panels.DISCOUNT


class AgreementViewSet(OneEditorAtATime, SnippetViewSet):
    model = Agreement
    icon = "clipboard-list"
    menu_label = _("Agreements")
    list_display = columns.AGREEMENT_COLUMNS
    copy_view_enabled = False
    edit_handler = panels.AGREEMENT
    unpublish_view_class = UnpublishAgreementView

    def get_urlpatterns(self) -> list[URLPattern]:
        view = self.construct_view(CompareVersionsView, edit_handler=self.get_edit_handler())
        compare = path("versions/<int:pk>/<int:old_number>...<int:new_number>/", view, name="versions_compare")
        return [*super().get_urlpatterns(), compare]


class SellerEditView(FreshLogin, SecondPerson, EditView):
    """Where the money goes: needs a fresh log-in; owners are told. Where the rule is on, a second person decides."""

    serious_right = "billing.change_seller"
    approval_kind = "seller"
    approval_title = gettext_noop("The seller's details were changed")

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        self.ask()
        return answer

    def saved(self, changes: Changes, states: Mapping[str, Any] | None) -> None:
        states = states or {}
        self.conclude(changes, states.get("before", {}), states.get("after", {}))


class SellerViewSet(OneEditorAtATime, SnippetViewSet):
    model = Seller
    edit_view_class = SellerEditView
    icon = "home"
    menu_label = _("Seller")
    list_display = ["name", "is_default"]
    copy_view_enabled = False
    edit_handler = ObjectList(panels.SELLER_PANELS, base_form_class=SellerForm)


class TaxRateEditView(FreshLogin, EditView):
    serious_right = "billing.change_taxrate"


class TaxRateAddView(FreshLogin, CreateView):  # type: ignore[misc]
    serious_right = "billing.add_taxrate"


class TaxRateViewSet(OneEditorAtATime, SnippetViewSet):
    model = TaxRate
    add_view_class = TaxRateAddView
    edit_view_class = TaxRateEditView
    icon = "decimal"
    menu_label = _("Tax rates")
    list_display = columns.TAX_RATE_COLUMNS
    list_filter = ["country", "kind"]
    copy_view_enabled = False
    edit_handler = tax_panels.RATE


class ExchangeRateEditView(FreshLogin, EditView):
    serious_right = "billing.change_exchangerate"


class ExchangeRateAddView(FreshLogin, CreateView):  # type: ignore[misc]
    serious_right = "billing.add_exchangerate"


class ExchangeRateViewSet(OneEditorAtATime, SnippetViewSet):
    model = ExchangeRate
    add_view_class = ExchangeRateAddView
    edit_view_class = ExchangeRateEditView
    icon = "decimal"
    menu_label = _("Exchange rates")
    list_display = columns.EXCHANGE_RATE_COLUMNS
    list_filter = ["currency", "quote", "source"]
    copy_view_enabled = False
    edit_handler = tax_panels.EXCHANGE


class SellerAccountEditView(FreshLogin, EditView):
    serious_right = "transfers.change_selleraccount"


class SellerAccountAddView(FreshLogin, CreateView):  # type: ignore[misc]
    serious_right = "transfers.add_selleraccount"


class SellerAccountViewSet(OneEditorAtATime, SnippetViewSet):
    """Where customers transfer money to: whoever changes it is asked for the password again."""

    model = SellerAccount
    add_view_class = SellerAccountAddView
    edit_view_class = SellerAccountEditView
    icon = "download"
    menu_label = _("Bank accounts")
    list_display = ["name", "currency", "number", "bank_name", "is_active"]
    list_filter = ["currency", "is_active"]
    copy_view_enabled = False
    edit_handler = account_panels.ACCOUNT


class ShopGroup(SnippetViewSetGroup):
    items = (
        SoftwareProductViewSet, PeriodViewSet, DiscountViewSet, AgreementViewSet, SellerViewSet, TaxRateViewSet,
        ExchangeRateViewSet, RefundReasonViewSet, SellerAccountViewSet,
    )  # fmt: skip
    menu_label = _("Shop")
    menu_icon = "tag"
    menu_order = 150
