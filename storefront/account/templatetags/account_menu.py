"""The menu of the account's pages: ``{% load account_menu %}``."""

from __future__ import annotations

from typing import Any

from django import template

from storefront.account.menu import GROUPS

register = template.Library()


@register.inclusion_tag("account_pages/_nav.html", takes_context=True)
def account_menu(context: template.Context) -> dict[str, Any]:
    """The groups, and the entries of the group that the page of this request belongs to."""
    request = context.get("request")
    match = request.resolver_match if request is not None else None
    here = (match.url_name if match else None) or ""
    group = next((each for each in GROUPS if each.holds(here)), None)
    entry = next((each for each in group.entries if each.holds(here)), None) if group else None
    return {"request": request, "groups": GROUPS, "group": group, "entry": entry, "here": here}
