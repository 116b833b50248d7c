"""What pages ask about licenses. Reading only; no function here calls out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from storefront.core import clock
from storefront.licensing import links
from storefront.licensing.bitrix24.config import bitrix24_code
from storefront.licensing.links import extend_path
from storefront.licensing.models import Activation, License, LicensePeriod
from storefront.licensing.services.previews import preview_extension
from storefront.licensing.states import HOST_UNPROVEN, PORTAL_TAKEN, EffectiveStatus
from storefront.licensing.validity import days_left, effective_status

__all__ = [
    "LinkState",
    "days_left",
    "effective_status",
    "end_if_extended",
    "extend_path",
    "last_months",
    "licenses_for_invoice",
    "licenses_of",
    "link_state",
    "named_by_link",
]


def _with_portals(licenses: QuerySet[License]) -> QuerySet[License]:
    current = Activation.objects.filter(released_at=None).select_related("installation")
    return licenses.select_related("software__product", "plan").prefetch_related(
        Prefetch("activations", queryset=current, to_attr="current_activations")
    )


def licenses_of(customer: Any) -> QuerySet[License]:
    """A customer's licenses, newest first, with all that ``link_state`` reads: two queries for any number."""
    return _with_portals(License.objects.filter(customer=customer)).order_by("-pk")


def licenses_for_invoice(invoice: Any) -> list[License]:
    """The licenses that the lines of an invoice were spent on, in the order they were granted."""
    terms = LicensePeriod.objects.filter(invoice_line__invoice=invoice).values("license_id")
    return list(_with_portals(License.objects.filter(pk__in=terms)).order_by("pk"))


def named_by_link(invoice: Any) -> set[str]:
    """Public ids of the licenses that an invoice extends for whoever came by their signed link.

    Such a payer is shown their numbers and ends, and not where they work: the line names no portal.
    """
    extensions = (line.license_terms for line in invoice.lines.all() if line.extends_license)
    return {
        terms.extends_license
        for terms in extensions
        if terms and terms.binding_kind == "portal" and not terms.portal_address
    }


def last_months(license: License) -> int:
    """How many months were bought last: what "Extend" offers again."""
    bought = license.periods.filter(converted_from=None).order_by("-pk")
    term = bought.filter(revoked_at=None).first() or bought.first()
    return term.months if term else 12


def end_if_extended(license: License, *, months: int, now: datetime) -> datetime:
    """When a license ends if ``months`` are paid for at ``now``, UTC: a license that has ended begins anew."""
    return preview_extension(license, plan_id=license.plan_id, months=months, now=now).ends_at


@dataclass(frozen=True, slots=True)
class LinkState:
    """What a buyer is told about the tie between their license and their portal.

    ``code``: ``linked``, ``removed`` (linked, but the app was removed there), ``waiting`` (for the app to be
    installed or opened at ``host``), ``unnamed`` (no address yet), ``scheduled`` (another license has the portal),
    ``conflict`` (the address is not the portal's own), ``not_needed``, ``closed`` (revoked, suspended, over, or of a
    kind that no portal makes active). ``steps`` is what they can do now, in order;
    ``market_url`` may be "". ``app_url`` opens the app in the portal, or the portal where we do not know how; "" if
    there is none to open.
    """

    code: str
    host: str
    title: str
    market_url: str = ""
    steps: tuple[str, ...] = ()
    app_url: str = ""

    @property
    def is_linked(self) -> bool:
        return self.code in ("linked", "not_needed")


def link_state(license: License) -> LinkState:
    """The tie of a license to its portal, in words of the active language."""
    status = effective_status(license, clock.now())
    if status in (EffectiveStatus.REVOKED, EffectiveStatus.SUSPENDED):
        return LinkState("closed", _host(license), str(status.label))
    if license.binding_kind != "portal":
        return _without_portal(status)
    activation = _activation(license)
    if activation is not None:
        return _bound(license, activation)
    if status == EffectiveStatus.EXPIRED:
        return LinkState("closed", license.portal_address, str(status.label))
    return _unbound(license)


def _without_portal(status: EffectiveStatus) -> LinkState:
    if status == EffectiveStatus.PENDING:
        return LinkState("closed", "", _("Not active yet"), steps=(_("Please write to us: we look into it."),))
    code = "closed" if status == EffectiveStatus.EXPIRED else "not_needed"
    return LinkState(code, "", str(status.label))


def _activation(license: License) -> Activation | None:
    loaded: list[Activation] | None = getattr(license, "current_activations", None)
    if loaded is not None:
        return loaded[0] if loaded else None
    return license.activations.filter(released_at=None).select_related("installation").first()


def _host(license: License) -> str:
    activation = _activation(license)
    return activation.installation.host if activation else license.portal_address


def _bound(license: License, activation: Activation) -> LinkState:
    installation = activation.installation
    code = bitrix24_code(installation.app_code, installation.bitrix24_code)
    opens = links.app_url(installation.host, code)
    if installation.is_installed:
        title = _("Linked to %(host)s") % {"host": installation.host}
        return LinkState("linked", installation.host, title, app_url=opens)
    return LinkState(
        "removed",
        installation.host,
        _("The app was removed from %(host)s") % {"host": installation.host},
        license.software.market_url,
        (_("Install the app in %(host)s again: the license works there at once.") % {"host": installation.host},),
        opens,
    )


def _unbound(license: License) -> LinkState:
    host = license.portal_address
    if not host:
        return LinkState(
            "unnamed", "", _("No Bitrix24 named yet"), license.software.market_url,
            (_("Enter the address of the Bitrix24 this license is for."),),
        )  # fmt: skip
    if license.link_problem == PORTAL_TAKEN:
        title = _("Begins in %(host)s when the present license ends") % {"host": host}
        return LinkState("scheduled", host, title, steps=(_scheduled(host),))
    if license.link_problem:
        title = _("Cannot be linked to %(host)s") % {"host": host}
        return LinkState("conflict", host, title, steps=(_problem(license),))
    return LinkState(
        "waiting",
        host,
        _("Waiting for %(host)s") % {"host": host},
        license.software.market_url,
        (
            _("Install “%(product)s” in %(host)s, or open it there if it is installed already.")
            % {"product": license.product_title, "host": host},
            _("The license becomes active by itself within a minute. There is nothing to type in."),
        ),
        links.app_url(host, bitrix24_code(license.software.bitrix24_app_code)),
    )


def _scheduled(host: str) -> str:
    return _(
        "Another license of this product is active in %(host)s. This one begins there by itself when that one ends, "
        "and its time does not run until then. If it is meant for another Bitrix24, enter its address."
    ) % {"host": host}


def _problem(license: License) -> str:
    if license.link_problem == HOST_UNPROVEN:
        return _(
            "The app is installed in %(host)s, but it does not answer our questions: its plan may not include apps "
            "(REST), or its server may not be reachable from the internet. Your paid time does not run for now. "
            "Please write to us: we link the license by hand."
        ) % {"host": license.portal_address}
    return _(
        "%(host)s belonged to another Bitrix24 whose license still runs. Please write to us: we check who owns "
        "it and link your license."
    ) % {"host": license.portal_address}
