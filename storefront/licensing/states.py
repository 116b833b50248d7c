"""States of a license. Stored: what people and portals did. Worked out: scheduled, grace and expired."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core.states import Transitions

#: Reasons (License.link_problem) why a license cannot be linked to the portal it names.
PORTAL_TAKEN = "portal_taken"  # another license of the product is active there
HOST_TAKEN = "host_taken"  # the address belonged to another portal, whose license still runs
HOST_UNPROVEN = "host_unproven"  # the app is there, but the portal does not answer to us: we are the reason


class PortalRole(StrEnum):
    """What a portal says of one of its people. Only ``profile`` answered by the portal gives one of the first two."""

    ADMIN = "admin"
    EMPLOYEE = "employee"
    UNKNOWN = "unknown"


class LicenseStatus(models.TextChoices):
    """What is stored."""

    PENDING = "pending", _("Waiting for its portal")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")


class EffectiveStatus(models.TextChoices):
    """What is shown and enforced."""

    PENDING = "pending", _("Waiting for its portal")
    SCHEDULED = "scheduled", _("Scheduled")
    ACTIVE = "active", _("Active")
    GRACE = "grace", _("Ended, in grace")
    EXPIRED = "expired", _("Expired")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")


#: CSS classes of badges (static/css/components.css).
BADGES = {
    EffectiveStatus.PENDING: "pending",
    EffectiveStatus.SCHEDULED: "pending",
    EffectiveStatus.ACTIVE: "active",
    EffectiveStatus.GRACE: "ending",
    EffectiveStatus.EXPIRED: "expired",
    EffectiveStatus.SUSPENDED: "void",
    EffectiveStatus.REVOKED: "void",
}

LICENSE_TRANSITIONS: Transitions = {
    LicenseStatus.PENDING: frozenset({LicenseStatus.ACTIVE, LicenseStatus.SUSPENDED, LicenseStatus.REVOKED}),
    LicenseStatus.ACTIVE: frozenset({LicenseStatus.PENDING, LicenseStatus.SUSPENDED, LicenseStatus.REVOKED}),
    LicenseStatus.SUSPENDED: frozenset({LicenseStatus.PENDING, LicenseStatus.ACTIVE, LicenseStatus.REVOKED}),
    LicenseStatus.REVOKED: frozenset(),
}
