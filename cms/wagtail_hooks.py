"""The menu 'Shop' of Wagtail: products with their license types, periods, agreements, the seller."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from catalogue.plans.models import Agreement, Period, SoftwareProduct
from cms.forms import PeriodForm, SoftwareProductForm
from cms.models import ProductIndexPage, ProductPage
from storefront.billing.models import Seller

PLAN_PANELS = [
    FieldRowPanel([FieldPanel("name"), FieldPanel("code")]),
    FieldPanel("summary"),
    FieldPanel("features"),
    FieldRowPanel([FieldPanel("monthly_price"), FieldPanel("position"), FieldPanel("is_active")]),
]
PERIOD_PANELS = [FieldRowPanel([FieldPanel("months"), FieldPanel("discount_percent"), FieldPanel("is_active")])]


class SoftwareProductViewSet(SnippetViewSet):
    model = SoftwareProduct
    icon = "desktop"
    menu_label = _("Products")
    list_display = ["__str__", "bitrix24_app_code", "agreement", "lowest_monthly_amount"]
    search_fields = ["product__title", "bitrix24_app_code"]
    search_backend_name = None
    edit_handler = ObjectList(
        [
            MultiFieldPanel([FieldPanel("title"), FieldPanel("slug"), FieldPanel("tagline")], heading=_("Product")),
            MultiFieldPanel(
                [FieldPanel("binding_kind"), FieldPanel("bitrix24_app_code"), FieldPanel("market_url")],
                heading=_("License"),
            ),
            FieldPanel("agreement"),
            InlinePanel("plans", panels=PLAN_PANELS, heading=_("License types"), label=_("License type"), min_num=1),
            InlinePanel(
                "own_periods",
                panels=PERIOD_PANELS,
                heading=_("Periods of this product only"),
                label=_("Period"),
                help_text=_("Takes the place of the common period of as many months, for this product."),
            ),
        ],
        base_form_class=SoftwareProductForm,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[SoftwareProduct]:
        return SoftwareProduct.objects.select_related("product", "agreement").order_by("product__title")


class PeriodViewSet(SnippetViewSet):
    model = Period
    icon = "calendar-alt"
    menu_label = _("Periods")
    list_display = ["__str__", "discount_percent", "is_active"]
    edit_handler = ObjectList(PERIOD_PANELS, base_form_class=PeriodForm)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Period]:
        """The common ones; a product's own are edited with it."""
        return Period.objects.filter(software=None)


class AgreementViewSet(SnippetViewSet):
    model = Agreement
    icon = "clipboard-list"
    menu_label = _("Agreements")
    list_display = ["name", "slug"]
    panels = [
        FieldPanel("name"),
        FieldPanel("slug"),
        FieldPanel(
            "body", help_text=_("A changed text is published as a new version at once; earlier versions stay readable.")
        ),
    ]


class SellerViewSet(SnippetViewSet):
    model = Seller
    icon = "home"
    menu_label = _("Seller")
    list_display = ["name", "is_default"]
    panels = [
        FieldPanel(name)
        for name in (
            "name",
            "address",
            "registration_number",
            "tax_number",
            "email",
            "phone",
            "bank_details",
            "is_default",
        )
    ]


class ShopGroup(SnippetViewSetGroup):
    items = (SoftwareProductViewSet, PeriodViewSet, AgreementViewSet, SellerViewSet)
    menu_label = _("Shop")
    menu_icon = "tag"
    menu_order = 150


register_snippet(ShopGroup)


@hooks.register("after_create_snippet")
def draft_page_for_new_product(request: HttpRequest, instance: object) -> None:
    """A new product gets a draft of its page, so that its maker only has to write and publish it."""
    index = ProductIndexPage.objects.first()
    if not isinstance(instance, SoftwareProduct) or index is None:
        return
    page = ProductPage(title=instance.product.title, software=instance, live=False)
    index.add_child(instance=page)
    page.save_revision(user=request.user)
    messages.info(request, _("A draft of its page waits under Pages, Products: write it and publish it."))
