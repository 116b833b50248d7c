"""Refuses to delete what orders, carts or pages refer to, with the reason and the alternative."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.snippets.action_menu import UnpublishMenuItem
from wagtail.snippets.views.snippets import UnpublishView

from catalogue.plans.models import Agreement, Period, SoftwareProduct
from cms.models import ProductPage
from cms.shop import panel_context
from cms.shop.forms.taxes import is_charged
from storefront.billing.models import TaxRate


def why_not(instance: object) -> str:
    """Why this cannot be deleted, "" if it can."""
    if isinstance(instance, SoftwareProduct):
        return _why_not_product(instance)
    if isinstance(instance, Period) and panel_context.is_sold_period(instance):
        return _("“%(name)s” was sold and cannot be deleted: take it off sale instead.") % {"name": instance}
    if isinstance(instance, Agreement) and instance.versions.exists():
        return _(
            "“%(name)s” was published and cannot be deleted: its versions stay readable. Publish another text in its "
            "place, or choose another agreement in the products."
        ) % {"name": instance}
    if isinstance(instance, TaxRate) and is_charged(instance.country):
        return _("“%(name)s” is a rate of a tax that is charged: correct it, or begin another one instead.") % {
            "name": instance
        }
    return ""


def _why_not_product(software: SoftwareProduct) -> str:
    if panel_context.is_sold_product(software):
        return _(
            "“%(name)s” was sold and cannot be deleted: orders, carts and licenses name it. Switch “On sale” off "
            "instead."
        ) % {"name": software}
    if ProductPage.objects.filter(software=software).exists():
        return _("“%(name)s” has a page: delete the page first, or switch “On sale” off.") % {"name": software}
    return ""


@hooks.register("before_delete_snippet")
def refuse_deletion(request: HttpRequest, instances: list[Any]) -> HttpResponse | None:
    """Before the confirmation page, for single and bulk deletion."""
    reasons = [(instance, reason) for instance in instances if (reason := why_not(instance))]
    if not reasons:
        return None
    for _instance, reason in reasons:
        messages.error(request, reason)
    viewset = reasons[0][0].snippet_viewset
    if len(reasons) == 1:
        return redirect(viewset.get_url_name("edit"), reasons[0][0].pk)
    return redirect(viewset.get_url_name("list"))


@hooks.register("after_delete_snippet")
def forget_product(request: HttpRequest, instances: list[Any]) -> None:
    """Delete the Oscar product as well, so that its address is free again."""
    for instance in instances:
        if isinstance(instance, SoftwareProduct):
            instance.product.delete()


class UnpublishAgreementView(UnpublishView):
    """An agreement that products use cannot be unpublished."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        products = panel_context.users_of(self.object)
        if not products:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]
        names = ", ".join(str(software) for software in products)
        messages.error(
            request,
            _("“%(name)s” is in force for %(products)s: choose another agreement there first.")
            % {"name": self.object, "products": names},
        )
        return redirect(reverse(self.edit_url_name, args=[self.object.pk]))


@hooks.register("construct_snippet_action_menu")
def hide_unpublish(menu_items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    instance = context.get("instance")
    if isinstance(instance, Agreement) and instance.pk and panel_context.users_of(instance):
        menu_items[:] = [item for item in menu_items if not isinstance(item, UnpublishMenuItem)]
