"""Notices to customers about their own e-mail address."""

from __future__ import annotations

from typing import Any

from django import template

from storefront.notifications import addresses

register = template.Library()


@register.filter
def comes_back(email: str) -> bool:
    """Whether mails to this address are known to bounce."""
    address = addresses.find(email)
    return address is not None and address.is_bounced


@register.inclusion_tag("account/mail_trouble.html", takes_context=True)
def mail_trouble(context: dict[str, Any]) -> dict[str, Any]:
    """A notice to customers whose address bounces, or who get no reminders, and what they can do."""
    user = context["request"].user
    address = addresses.find(user.email) if user.is_authenticated else None
    return {
        "user": user,
        "is_bounced": bool(address and address.is_bounced),
        "is_complained": bool(address and address.is_complained),
        "csrf_token": context.get("csrf_token"),
    }
