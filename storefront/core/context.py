"""Context processor for all templates."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def shop(request: HttpRequest) -> dict[str, Any]:
    """The shop's name and contact, and how long a license goes on after its end. Costs no query."""
    return {
        "shop_name": settings.SHOP_NAME,
        "support_email": settings.SUPPORT_EMAIL,
        "grace_days": settings.LICENSE_GRACE_DAYS,
    }
