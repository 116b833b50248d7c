"""Tags of the back office's templates: ``{% load backoffice %}``."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail.admin.admin_url_finder import AdminURLFinder

from storefront.users.models import User

register = template.Library()


@register.simple_tag(takes_context=True)
def staff_link(context: template.Context, instance: Any, label: Any = "") -> str | SafeString:
    """A link to the page of an object, or its label alone where the user may not see that page."""
    text = label or str(instance)
    address = AdminURLFinder(context["request"].user).get_edit_url(instance) if instance is not None else None
    return format_html('<a href="{}">{}</a>', address, text) if address else text


@register.filter
def person_name(user: User | None) -> str:
    """A member of staff as colleagues know them; a dash for nobody, or for an account that is gone."""
    return (user.get_full_name() or user.email) if user else "–"
