"""The public page of the payment methods."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cms.articles.models.help import HelpPage
from storefront.billing import public_methods


class PaymentMethodsPage(HelpPage):
    """A help page that begins with the methods that are offered, each with the seller's texts. They are changed under
    Settings, Payment methods; the page follows by itself."""

    page_description = _("Lists the payment methods as they are set up, and what you add to them.")
    max_count_per_parent = 1
    template = "cms/articles/payment_methods_page.html"

    class Meta:
        verbose_name = _("page of payment methods")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["methods"] = public_methods.all_offered()
        return context
