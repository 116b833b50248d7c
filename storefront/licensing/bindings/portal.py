"""Licenses tied to a Bitrix24 portal: named at the checkout, linked when its app is installed or opened there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from storefront.core import clock
from storefront.core.instants import instant
from storefront.licensing import links
from storefront.licensing.bindings.base import Binding, LinkState, Step
from storefront.licensing.bitrix24 import activations, linking, portal_status
from storefront.licensing.bitrix24.config import bitrix24_code
from storefront.licensing.models import Activation, License
from storefront.licensing.states import HOST_UNPROVEN, PORTAL_TAKEN, EffectiveStatus, LicenseStatus
from storefront.users.models import User


class PortalBinding(Binding):
    kind: ClassVar[str] = "portal"
    asks_portal_address: ClassVar[bool] = True
    needs_app: ClassVar[bool] = True
    license_fields: ClassVar[tuple[str, ...]] = ("portal_address", "member_id", "link_problem")

    def steps(self) -> Sequence[Step]:
        return (
            Step(
                _("Tell us your Bitrix24 address"),
                _(
                    "At the checkout you enter the address of your portal, for example acme.bitrix24.com. The license "
                    "is made for that portal."
                ),
            ),
            Step(
                _("Pay"),
                _(
                    "You choose how to pay: the page shows all ways there are. Its link also waits in your mail and in "
                    "your account."
                ),
            ),
            Step(
                _("The license links itself"),
                _(
                    "If the application is installed in your portal already, the license is active within moments. If "
                    "not, install it from the Bitrix24 Market and open it once: it finds its license."
                ),
            ),
        )

    def steps_title(self) -> str:
        return _("How the license reaches your Bitrix24")

    def promise(self) -> str:
        return _("Linked to your Bitrix24 by itself once paid")

    def beginning_text(self, *, at_payment: bool) -> str:
        if at_payment:
            return _("Its time begins with the payment.")
        days = settings.LICENSE_START_DAYS
        return ngettext(
            "Its time begins when the app is opened in your Bitrix24, at the latest %(days)d day after payment.",
            "Its time begins when the app is opened in your Bitrix24, at the latest %(days)d days after payment.",
            days,
        ) % {"days": days}

    def new_license(self, address: str) -> dict[str, Any]:
        return {"portal_address": address}

    def license_at(self, licenses: QuerySet[License], address: str) -> License | None:
        """The license bound to the portal at ``address`` now, else the first that waits for it."""
        if not address:
            return None
        bound = Q(activations__released_at=None, activations__installation__host=address)
        by_hand = Q(
            activations__released_at=None, activations__installation__is_host_proven=False, portal_address=address
        )
        waiting = Q(member_id="", portal_address=address)
        return licenses.filter(bound | by_hand | waiting).order_by("-member_id", "pk").first()

    def is_taken(self, software_id: int, address: str, customer: User | None) -> bool:
        if not address:
            return False
        active = License.objects.filter(
            software_id=software_id, status=LicenseStatus.ACTIVE, valid_until__gt=clock.now(),
            activations__released_at=None, activations__installation__host=address,
        )  # fmt: skip
        return active.exclude(customer=customer).exists()

    def activate(self, license: License, *, is_quiet: bool = False) -> bool:
        return linking.link(license=license, is_quiet=is_quiet)

    def release(self, license: License, *, reason: str) -> None:
        activations.release(license, reason=reason)

    def resume(self, license: License) -> bool:
        return linking.resume(license)

    def publish_status(self, license: License, *, cause: str) -> None:
        portal_status.queue_status(license, cause=cause)

    def mail_text(self, license: License) -> str:
        words = {"portal": license.portal_address}
        if license.status == LicenseStatus.ACTIVE:
            return _("It is active in %(portal)s.") % words
        if license.link_problem == PORTAL_TAKEN:
            return _("Until then its time does not run.")
        if not license.portal_address:
            return _("Name the Bitrix24 it is for in your account.")
        if license.valid_until <= clock.now():
            return _("It has ended.")
        return _("It becomes active by itself when the app is installed or opened in %(portal)s.") % words

    def waiting_text(self, license: License, latest: datetime) -> str:
        if license.link_problem == PORTAL_TAKEN:
            return _("Begins when the present license of this Bitrix24 ends.")
        return _("Its time begins when the app is opened in your Bitrix24, at the latest on %(latest)s.") % {
            "latest": instant(latest)
        }

    def begins(self, license: License, latest: datetime) -> str:
        if license.status == LicenseStatus.PENDING and license.link_problem == PORTAL_TAKEN:
            return _("when the present license of this Bitrix24 ends")
        return _("with your Bitrix24, at the latest on %(latest)s") % {"latest": instant(latest, "short")}

    def extended_waiting_text(self, number: str) -> str:
        return _("Extends %(number)s. Its time begins when the app is opened in your Bitrix24.") % {"number": number}

    def taken_text(self, address: str) -> str:
        return _(
            "New license. %(host)s is licensed already: this one begins when that license ends. Until then its time "
            "does not run."
        ) % {"host": address}

    def link_state(self, license: License, status: EffectiveStatus) -> LinkState:
        activation = _activation(license)
        if activation is not None:
            return _bound(license, activation)
        if status == EffectiveStatus.EXPIRED:
            return LinkState("closed", license.portal_address, str(status.label))
        return _unbound(license)

    def host_of(self, license: License) -> str:
        activation = _activation(license)
        return activation.installation.host if activation else license.portal_address

    def unbound(self, licenses: QuerySet[License]) -> QuerySet[License]:
        """An active license has one activation, of the portal whose ``member_id`` it holds."""
        right = Activation.objects.filter(
            license=OuterRef("pk"), released_at=None, installation__member_id=OuterRef("member_id")
        )
        return licenses.exclude(Exists(right))


def _activation(license: License) -> Activation | None:
    """The current one; without a query if ``queries`` has loaded the license."""
    loaded: list[Activation] | None = getattr(license, "current_activations", None)
    if loaded is not None:
        return loaded[0] if loaded else None
    return license.activations.filter(released_at=None).select_related("installation").first()


def _bound(license: License, activation: Activation) -> LinkState:
    installation = activation.installation
    code = bitrix24_code(installation.app_code, installation.bitrix24_code)
    app_url = links.app_url(installation.host, code)
    words = {"host": installation.host}
    if installation.is_installed:
        return LinkState("linked", installation.host, _("Linked to %(host)s") % words, app_url=app_url)
    return LinkState(
        "removed",
        installation.host,
        _("The app was removed from %(host)s") % words,
        license.software.market_url,
        (_("Install the app in %(host)s again: the license works there at once.") % words,),
        app_url,
    )


def _unbound(license: License) -> LinkState:
    host, market_url = license.portal_address, license.software.market_url
    words = {"host": host, "product": license.product_title}
    if not host:
        step = _("Enter the address of the Bitrix24 this license is for.")
        return LinkState("unnamed", "", _("No Bitrix24 named yet"), market_url, (step,))
    if license.link_problem == PORTAL_TAKEN:
        title = _("Begins in %(host)s when the present license ends") % words
        return LinkState("scheduled", host, title, steps=(_taken(host),))
    if license.link_problem:
        return LinkState("conflict", host, _("Cannot be linked to %(host)s") % words, steps=(_problem(license),))
    steps = (
        _("Install “%(product)s” in %(host)s, or open it there if it is installed already.") % words,
        _("The license becomes active by itself within a minute. There is nothing to type in."),
    )
    app_url = links.app_url(host, bitrix24_code(license.software.bitrix24_app_code))
    return LinkState("waiting", host, _("Waiting for %(host)s") % words, market_url, steps, app_url)


def _taken(host: str) -> str:
    return _(
        "Another license of this product is active in %(host)s. This one begins there by itself when that one ends, "
        "and its time does not run until then. If it is meant for another Bitrix24, enter its address."
    ) % {"host": host}


def _problem(license: License) -> str:
    words = {"host": license.portal_address}
    if license.link_problem == HOST_UNPROVEN:
        return (
            _(
                "The app is installed in %(host)s, but it does not answer our questions: its plan may not include apps "
                "(REST), or its server may not be reachable from the internet. Your paid time does not run for now. "
                "Please write to us: we link the license by hand."
            )
            % words
        )
    return (
        _(
            "%(host)s belonged to another Bitrix24 whose license still runs. Please write to us: we check who owns "
            "it and link your license."
        )
        % words
    )
