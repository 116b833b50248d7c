"""Finding licenses: by number, portal, customer."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from storefront.licensing.models import Activation, License, LicenseEvent
from storefront.licensing.models.licenses import ADDRESS_EVENTS
from storefront.licensing.states import HOST_TAKEN, HOST_UNPROVEN, PORTAL_TAKEN
from storefront.users.models import User


def problem(code: str) -> str:
    """What stands in the way of linking a license, in words; "" for nothing."""
    return {
        PORTAL_TAKEN: _("another license is active there"),
        HOST_TAKEN: _("the address belonged to another Bitrix24"),
        HOST_UNPROVEN: _("the Bitrix24 does not answer us"),
    }.get(code, code)


def search(licenses: QuerySet[License], typed: str) -> QuerySet[License]:
    """Those whose number, portal now or before, or customer contains what was typed; every word of it, for a customer.

    Each part is a subquery of its own, so that each can use an index and no row comes twice.
    """
    words = typed.split()
    if not words:
        return licenses
    host = _host(typed)
    return licenses.filter(
        Q(number__icontains=typed.strip())
        | Q(portal_address__icontains=host)
        | Q(pk__in=_once_at(host))
        | Q(pk__in=_once_claimed(host))
        | Q(customer__in=_customers(words))
    )


def _host(typed: str) -> str:
    """The host of an address that was copied from a browser; anything else as it is."""
    text = typed.strip().lower()
    return (urlsplit(text).hostname or text) if "//" in text else text.partition("/")[0] or text


def _once_at(host: str) -> QuerySet[Activation, int]:
    """Licenses that are or were linked to a portal with such an address, now or before."""
    named = Q(installation__host__icontains=host) | Q(installation__hosts__host__icontains=host)
    return Activation.objects.filter(named).values_list("license_id", flat=True)


def _once_claimed(host: str) -> QuerySet[LicenseEvent, int]:
    """Licenses that were for such an address before it was changed."""
    changed = LicenseEvent.objects.filter(code__in=ADDRESS_EVENTS)
    named = Q(detail__old__icontains=host) | Q(detail__host__icontains=host)
    return changed.filter(named).values_list("license_id", flat=True)


def _customers(words: list[str]) -> QuerySet[User, int]:
    found = User.objects.all()
    for word in words:
        found = found.filter(Q(email__icontains=word) | Q(name__icontains=word) | Q(company__icontains=word))
    return found.values_list("pk", flat=True)
