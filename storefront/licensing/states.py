"""States of a license. Stored: what people and portals did. Computed: scheduled, provisional, grace
and expired."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core.states import Transitions

#: Reasons (``License.link_problem``) why a license cannot be linked to the portal it names.
PORTAL_TAKEN = "portal_taken"  # another license of the product is active there
HOST_TAKEN = "host_taken"  # the address belonged to another portal, whose license still runs
HOST_UNPROVEN = "host_unproven"  # the app is installed, but the portal does not answer us: the delay is ours


class PortalRole(StrEnum):
    """What a portal says about one of its users. Only its own answer to ``profile`` gives ADMIN or EMPLOYEE."""

    ADMIN = "admin"
    EMPLOYEE = "employee"
    UNKNOWN = "unknown"


class LicenseStatus(models.TextChoices):
    """The stored state."""

    PENDING = "pending", _("Waiting for its portal")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")


class EffectiveStatus(models.TextChoices):
    """The state that is shown and enforced."""

    PENDING = "pending", _("Waiting for its portal")
    SCHEDULED = "scheduled", _("Scheduled")
    ACTIVE = "active", _("Active")
    PROVISIONAL = "provisional", _("Provisional")
    GRACE = "grace", _("Ended, in grace")
    EXPIRED = "expired", _("Expired")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")


class PeriodKind(models.TextChoices):
    """Where an entry of a license's time comes from. Days of goodwill cost nothing and are worth no money; CUT is what
    staff took off a period, and counts no longer."""

    BOUGHT = "bought", _("Bought or granted")
    GOODWILL = "goodwill", _("Goodwill")
    CUT = "cut", _("Taken off")


class Suspension(models.TextChoices):
    """How staff suspended a license: whether its time goes on meanwhile."""

    STANDS = "stands", _("Its time stands still")
    RUNS = "runs", _("Its time goes on")


class HandoverStatus(models.TextChoices):
    """What became of an offer to hand a license over. One that is open past its day has expired. ``RETURNED``: mails to
    that address come back. ``IMPOSSIBLE``: it was planned at the checkout, and could not be made."""

    OPEN = "open", _("Waits for an answer")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")
    RETURNED = "returned", _("The mail came back")
    IMPOSSIBLE = "impossible", _("Could not be made")


#: How an offer fails: its holder decides what becomes of the license.
FAILED_OFFER = (HandoverStatus.REFUSED, HandoverStatus.EXPIRED, HandoverStatus.RETURNED, HandoverStatus.IMPOSSIBLE)

HANDOVER_TRANSITIONS: Transitions = {
    HandoverStatus.OPEN: frozenset(
        {
            HandoverStatus.ACCEPTED,
            HandoverStatus.REFUSED,
            HandoverStatus.WITHDRAWN,
            HandoverStatus.EXPIRED,
            HandoverStatus.RETURNED,
        }
    ),
    HandoverStatus.ACCEPTED: frozenset(),
    HandoverStatus.REFUSED: frozenset(),
    HandoverStatus.WITHDRAWN: frozenset(),
    HandoverStatus.EXPIRED: frozenset(),
    HandoverStatus.RETURNED: frozenset(),
    HandoverStatus.IMPOSSIBLE: frozenset(),
}

#: CSS classes of badges (static/css/components.css).
BADGES = {
    EffectiveStatus.PENDING: "pending",
    EffectiveStatus.SCHEDULED: "pending",
    EffectiveStatus.ACTIVE: "active",
    EffectiveStatus.PROVISIONAL: "ending",
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
