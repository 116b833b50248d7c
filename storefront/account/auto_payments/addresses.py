"""For which currency a page of auto payment is asked, and where it leads; what is looked at while none is set up."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from storefront.account.auto_payments.sources import Source
from storefront.account.views import user_of
from storefront.billing.models import AutoTopUp
from storefront.core import currencies, currency_choice
from storefront.users.models import User


def unsaved(user: User, currency: str, *, cap: Any, time_zone: str, source: Source | None) -> AutoTopUp:
    return AutoTopUp(
        customer=user, currency=currency, monthly_cap=cap, time_zone=time_zone, language=get_language() or "en",
        invoiced_by=source.invoiced_by if source else "",
    )  # fmt: skip


def currency_of(request: HttpRequest) -> str:
    """The one that the address names, if the shop sells in it; else that of what is on, else the visitor's."""
    sold, asked = currencies.sold(), request.GET.get("currency", "")
    if asked in sold:
        return asked
    used = AutoTopUp.objects.filter(customer=user_of(request), is_on=True, currency__in=sold).first()
    return used.currency if used else currency_choice.current()


def page_of(name: str, currency: str) -> str:
    return f"{reverse(name)}?currency={currency}"
