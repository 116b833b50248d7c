"""What a customer is told of their own e-mail address."""

from __future__ import annotations

from typing import Any

from django import template

from storefront.notifications import addresses

register = template.Library()


@register.filter
def comes_back(email: str) -> bool:
    """Whether mails to this address come back, as far as anybody knows."""
    address = addresses.find(email)
    return address is not None and address.is_bounced


@register.inclusion_tag("account/mail_trouble.html", takes_context=True)
def mail_trouble(context: dict[str, Any]) -> dict[str, Any]:
    """A notice to a customer whose address takes no mail, or who gets no reminders, with what may be done about it."""
    user = context["request"].user
    address = addresses.find(user.email) if user.is_authenticated else None
    return {
        "user": user,
        "is_bounced": bool(address and address.is_bounced),
        "is_complained": bool(address and address.is_complained),
        "csrf_token": context.get("csrf_token"),
    }
