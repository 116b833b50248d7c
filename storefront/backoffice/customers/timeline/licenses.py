"""Licenses and what happened to them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from storefront.backoffice.customers.timeline.entries import Source, Told, who
from storefront.backoffice.licenses import words
from storefront.core.instants import instant
from storefront.licensing.models import License, LicenseEvent

_TROUBLE = frozenset({"link_refused", "suspended", "revoked", "revoked_by_staff", "taken_back"})


def _license(license: License) -> Told:
    title = _("License %(number)s, %(product)s, %(plan)s") % {
        "number": license.number,
        "product": license.product_title,
        "plan": license.plan_name,
    }
    until = _("until %(end)s") % {"end": instant(license.valid_until)} if not license.begins_by else ""
    return Told(title, ", ".join(filter(None, (str(license.get_status_display()), until))), license, "key")


def _event(event: LicenseEvent) -> Told:
    title = _("License %(number)s: %(what)s") % {"number": event.license.number, "what": words.event(event)}
    reason = str(event.detail.get("reason", ""))
    return Told(title, reason, event.license, "key", event.code in _TROUBLE, who(event.actor))


SOURCES = (
    Source(
        "license", lambda customer: License.objects.filter(customer=customer), "created_at", License.objects.all,
        _license, "licensing.view_license",
    ),
    Source(
        "license_event", lambda customer: LicenseEvent.objects.filter(license__customer=customer), "created_at",
        LicenseEvent.objects.select_related("license", "actor").all, _event, "licensing.view_license",
    ),
)  # fmt: skip
