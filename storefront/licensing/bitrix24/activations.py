"""The tie between a license and an installation: made, untied, told to the portal. The caller holds the locks."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from storefront.core import clock, states
from storefront.licensing.history import record
from storefront.licensing.models import Activation, Installation, License
from storefront.licensing.services import periods
from storefront.licensing.states import LICENSE_TRANSITIONS, LicenseStatus
from storefront.notifications import outbox


def active_there(license: License, installation: Installation) -> QuerySet[License]:
    """The other active licenses of its product in that portal."""
    return License.objects.filter(
        software_id=license.software_id, member_id=installation.member_id, status=LicenseStatus.ACTIVE
    ).exclude(pk=license.pk)


def bind(license: License, installation: Installation, now: datetime) -> None:
    """Make a waiting license active there: what waits to run begins now.

    Raises IntegrityError if another one is active there or this one is tied already.
    """
    Activation.objects.create(license=license, installation=installation)
    states.apply(
        license,
        LicenseStatus.ACTIVE,
        table=LICENSE_TRANSITIONS,
        member_id=installation.member_id,
        linked_at=now,
        link_problem="",
        held_until=None,
    )
    periods.lay(license, now)
    event = record(license, "linked", host=installation.host, member_id=installation.member_id)
    tell_portal(license, cause=f"linked:{event.pk}")


def release(license: License, *, reason: str) -> None:
    """Untie a locked license from its portal; the claimed address stays."""
    license.activations.filter(released_at=None).update(released_at=clock.now(), release_reason=reason)
    license.member_id, license.linked_at = "", None
    license.save(update_fields=["member_id", "linked_at"])


def tell_portal(license: License, *, cause: str) -> None:
    """Queue the message that shows a portal its license's present state; ``cause`` makes it one per cause."""
    activation = license.activations.order_by("-pk").first()
    if activation is None:
        return
    outbox.enqueue(
        kind="bitrix24.push",
        key=f"bitrix24.push:{license.public_id}:{cause}",
        payload={"installation": activation.installation_id, "license": license.pk},
        group=f"portal:{activation.installation_id}",
    )
