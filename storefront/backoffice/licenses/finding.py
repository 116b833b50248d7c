"""Finding licenses: by number, portal, customer."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from storefront.backoffice.models.search import Kind
from storefront.backoffice.search import within
from storefront.licensing.models import License
from storefront.licensing.states import HOST_TAKEN, HOST_UNPROVEN, PORTAL_TAKEN


def problem(code: str) -> str:
    """What stands in the way of linking a license, in words; "" for nothing."""
    return {
        PORTAL_TAKEN: _("another license is active there"),
        HOST_TAKEN: _("the address belonged to another Bitrix24"),
        HOST_UNPROVEN: _("the Bitrix24 does not answer us"),
    }.get(code, code)


def search(licenses: QuerySet[License], typed: str) -> QuerySet[License]:
    """Those whose number, portal now or before, or customer contains what was typed, or each word of it."""
    if not typed.strip():
        return licenses
    host = _host(typed)
    keys = [*within.found(Kind.LICENSE, host), *within.related(License.objects.all(), "customer", Kind.CUSTOMER, typed)]
    return within.among(licenses, keys)


def _host(typed: str) -> str:
    """The host of an address that was copied from a browser; anything else as it is."""
    text = typed.strip().lower()
    return (urlsplit(text).hostname or text) if "//" in text else text.partition("/")[0] or text
