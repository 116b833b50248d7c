"""Ending a license for good."""

from __future__ import annotations

from django.db import transaction

from storefront.core import clock, states
from storefront.licensing import mails
from storefront.licensing.bindings import binding_of
from storefront.licensing.models import License
from storefront.licensing.services import periods, staff_acts
from storefront.licensing.states import LICENSE_TRANSITIONS, LicenseStatus
from storefront.users.models import User

RIGHT = "licensing.revoke_license"


@transaction.atomic
def revoke(*, license: License, actor: User, reason: str, is_told: bool = False) -> License:
    """End a license for good, with all the time that is left. No money is returned: that is a refund's to do.

    The next payment for its portal buys a new license.

    :param is_told: mail the customer
    :raises PermissionDenied: the actor lacks ``RIGHT``
    :raises NotPossible: no_reason, revoked
    """
    reason = staff_acts.begin(license, actor=actor, right=RIGHT, reason=reason)
    binding = binding_of(license.binding_kind)
    periods.take_back(license, periods.valid_periods(license), clock.now())
    end(license)
    event = license.record("revoked_by_staff", actor=actor, reason=reason)
    binding.publish_status(license, cause=f"staff:{event.pk}")
    if is_told:
        mails.changed(license, "revoked", event)
    return license


def end(license: License) -> None:
    """Release and revoke a locked license without valid periods."""
    binding_of(license.binding_kind).release(license, reason="revoked")
    states.apply(
        license, LicenseStatus.REVOKED, table=LICENSE_TRANSITIONS, link_problem="", suspension="", suspended_until=None
    )
    license.record("revoked")
