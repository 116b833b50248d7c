"""Licenses and what happened to them."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.customers.timeline.entries import Source, Told, who
from storefront.core.instants import instant
from storefront.licensing.models import License, LicenseEvent

#: What the codes of ``License.record`` mean; one that is not here is shown as it is.
_EVENTS = {
    "granted": gettext_lazy("License %(number)s: granted"),
    "extended": gettext_lazy("License %(number)s: extended"),
    "begun": gettext_lazy("License %(number)s: its time began without a portal"),
    "linked": gettext_lazy("License %(number)s: linked to its portal"),
    "linked_by_hand": gettext_lazy("License %(number)s: linked by hand"),
    "link_refused": gettext_lazy("License %(number)s: could not be linked"),
    "replaced": gettext_lazy("License %(number)s: gave its portal up to another license"),
    "address_changed": gettext_lazy("License %(number)s: another portal address"),
    "plan_changed": gettext_lazy("License %(number)s: another license type"),
    "converted": gettext_lazy("License %(number)s: unused time became days of another license type"),
    "stopped": gettext_lazy("License %(number)s: its time was stopped"),
    "suspended": gettext_lazy("License %(number)s: suspended"),
    "restored": gettext_lazy("License %(number)s: restored"),
    "taken_back": gettext_lazy("License %(number)s: a period was taken back"),
    "revoked": gettext_lazy("License %(number)s: revoked"),
}
_TROUBLE = frozenset({"link_refused", "suspended", "revoked", "taken_back"})
#: Details of an event that say something to people, in this order.
_DETAILS = ("reason", "host", "old", "new", "claimed", "problem", "plan", "invoice", "cause")


def _license(license: License) -> Told:
    title = _("License %(number)s, %(product)s, %(plan)s") % {
        "number": license.number,
        "product": license.product_title,
        "plan": license.plan_name,
    }
    until = _("until %(end)s") % {"end": instant(license.valid_until)} if not license.begins_by else ""
    return Told(title, ", ".join(filter(None, (str(license.get_status_display()), until))), license, "key")


def _event(event: LicenseEvent) -> Told:
    number = {"number": event.license.number}
    title = str(_EVENTS.get(event.code) or _("License %(number)s") + f": {event.code.replace('_', ' ')}") % number
    details = [str(event.detail[name]) for name in _DETAILS if event.detail.get(name)]
    return Told(title, ", ".join(details), event.license, "key", event.code in _TROUBLE, who(event.actor))


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
