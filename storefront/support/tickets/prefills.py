"""Tickets that other pages of the account open: what their form begins with."""

from __future__ import annotations

from django.utils.translation import gettext as _

from storefront.support.services.conversations import About
from storefront.support.tickets import subjects
from storefront.users.models import User

PAID, BROKEN = "paid", "broken"


def initial(customer: User, *, about: str, why: str) -> dict[str, str]:
    """What the form holds. ``about`` is dropped unless it is the customer's own."""
    found = subjects.find(customer, about)
    if found == About():
        return {}
    values = {"about": subjects.written(found)}
    if found.invoice and why == PAID:
        values["subject"] = _("I have paid invoice %(number)s") % {"number": found.invoice.number}
        values["text"] = _(
            "I have paid this invoice. The receipt is attached.\n\nPaid on:\nAmount:\nFrom the account of:"
        )
    elif found.license and why == BROKEN:
        values["subject"] = _("%(product)s does not work") % {"product": found.license.product_title}
        portal = found.license.portal_address or "–"
        values["text"] = _(
            "License %(number)s does not work.\n\nBitrix24: %(portal)s\nWhat I did:\nWhat happened instead:"
        ) % {"number": found.license.number, "portal": portal}
    return values
