"""What follows the saving of pages and snippets: a new content version, and the documents of the search."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Locale, Page, PageViewRestriction, Site, get_page_models
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from catalogue.models import Category, Product  # type: ignore[attr-defined]
from catalogue.plans.models import Agreement, AgreementVersion, Discount, Period, Plan, SoftwareProduct
from cms.navigation.models import Footer, Menu, NotFoundText, Notice
from cms.search import documents
from storefront.billing.models import PaymentMethod, Seller, TaxRate
from storefront.billing.transfers.models import SellerAccount
from storefront.core import content_version

#: What public pages show: saving or deleting any of it raises the content version. Prices raise it themselves
#: (``catalogue.plans.publishing``). Raising it once too often costs no more than rendering pages again.
VISIBLE: tuple[type[Model], ...] = (
    *get_page_models(), PageViewRestriction, Locale, Site, get_image_model(), get_document_model(),
    Menu, Footer, Notice, NotFoundText,
    Agreement, AgreementVersion, Category, Discount, Period, Plan, Product, SoftwareProduct, Seller,
    TaxRate, PaymentMethod, SellerAccount,
)  # fmt: skip
for model in VISIBLE:
    for changed in (post_save, post_delete):
        changed.connect(
            content_version.raise_after_commit, sender=model, dispatch_uid=f"content-version-{model._meta.label}"
        )
for signal in (page_published, page_unpublished, page_slug_changed, post_page_move):
    signal.connect(content_version.raise_after_commit, dispatch_uid="content-version")


def page_saved(instance: Page, update_fields: Any = None, raw: bool = False, **kwargs: Any) -> None:
    """The search finds what is published. Saving a draft of a published page changes nothing of that."""
    if not raw and (update_fields is None or "live" in update_fields):
        documents.refresh(instance.pk)


for page_model in get_page_models():
    post_save.connect(page_saved, sender=page_model, dispatch_uid=f"search-{page_model._meta.label}")


@receiver([post_save, post_delete], sender=PageViewRestriction, dispatch_uid="search-restriction")
def restriction_changed(instance: PageViewRestriction, **kwargs: Any) -> None:
    below = Page.objects.descendant_of(instance.page, inclusive=True)
    for page_id in below.values_list("pk", flat=True):
        documents.refresh(page_id)


@receiver(post_save, sender=SoftwareProduct, dispatch_uid="search-software")
def software_changed(instance: SoftwareProduct, raw: bool = False, **kwargs: Any) -> None:
    if not raw:
        documents.refresh_products([instance.pk])


@receiver([post_save, post_delete], sender=Plan, dispatch_uid="search-plan")
def plan_changed(instance: Plan, raw: bool = False, **kwargs: Any) -> None:
    if not raw:
        documents.refresh_products([instance.software_id])


@receiver(post_save, sender=Product, dispatch_uid="search-product")
def product_changed(instance: Product, raw: bool = False, **kwargs: Any) -> None:
    """Child products have no text of their own."""
    if not raw and instance.is_parent:
        documents.refresh_products(SoftwareProduct.objects.filter(product=instance).values_list("pk", flat=True))
