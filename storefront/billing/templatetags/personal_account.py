"""The balance of the visitor's personal account, on every page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template

from storefront.billing.personal_account import balances
from storefront.billing.personal_account.balances import Balance
from storefront.core import currency_choice
from storefront.users.models import User

register = template.Library()


@register.simple_tag(takes_context=True)
def account_balances(context: template.Context) -> list[Balance]:
    """What is on the accounts of who is logged in, the chosen currency first; zero in it where all are empty."""
    user: Any = context.get("user")
    if not isinstance(user, User) or not user.is_authenticated:
        return []
    chosen = currency_choice.current()
    found = sorted(balances.of(user), key=lambda balance: balance.currency != chosen)
    return found or [Balance(Decimal(0), chosen)]
