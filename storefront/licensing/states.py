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


class PaysFrom(models.TextChoices):
    """What a renewal is paid from."""

    METHOD = "method", _("Saved payment method")
    ACCOUNT = "account", _("Personal account")


class SubscriptionStatus(models.TextChoices):
    """``WAITING``: it was agreed to with a payment, and begins once that has given license and method."""

    WAITING = "waiting", _("Begins with the payment")
    ACTIVE = "active", _("Renews by itself")
    STOPPED = "stopped", _("Stopped")


class RenewalStatus(models.TextChoices):
    """Of one period to come."""

    PLANNED = "planned", _("Planned")
    NOTICED = "noticed", _("Announced")
    HELD = "held", _("Waits: the notice came back")
    NEEDS_CONSENT = "needs_consent", _("Waits: the price is above the agreed one")
    CHARGING = "charging", _("Being charged")
    NEEDS_BUYER = "needs_buyer", _("Refused: the customer must act")
    PAID = "paid", _("Paid")
    FAILED = "failed", _("Given up")
    SKIPPED = "skipped", _("Skipped")
    MOVED = "moved", _("Not needed: the license was extended otherwise")
    STOPPED = "stopped", _("Stopped")


#: Nothing was ordered for it yet.
AHEAD_RENEWAL = (
    RenewalStatus.PLANNED,
    RenewalStatus.NOTICED,
    RenewalStatus.HELD,
    RenewalStatus.NEEDS_CONSENT,
)
#: Its invoice waits for money.
UNPAID_RENEWAL = (RenewalStatus.CHARGING, RenewalStatus.NEEDS_BUYER, RenewalStatus.FAILED)
#: Somebody must look at it.
TROUBLED_RENEWAL = (
    RenewalStatus.HELD,
    RenewalStatus.NEEDS_CONSENT,
    RenewalStatus.NEEDS_BUYER,
    RenewalStatus.FAILED,
)

_OVER = frozenset({RenewalStatus.SKIPPED, RenewalStatus.MOVED, RenewalStatus.STOPPED})

RENEWAL_TRANSITIONS: Transitions = {
    RenewalStatus.PLANNED: _OVER | {RenewalStatus.NOTICED, RenewalStatus.HELD, RenewalStatus.NEEDS_CONSENT},
    RenewalStatus.NOTICED: _OVER
    | {RenewalStatus.PLANNED, RenewalStatus.HELD, RenewalStatus.NEEDS_CONSENT, RenewalStatus.CHARGING},
    RenewalStatus.HELD: _OVER | {RenewalStatus.PLANNED, RenewalStatus.NOTICED, RenewalStatus.NEEDS_CONSENT},
    RenewalStatus.NEEDS_CONSENT: _OVER | {RenewalStatus.PLANNED},
    RenewalStatus.CHARGING: frozenset(
        {
            RenewalStatus.PAID,
            RenewalStatus.NEEDS_BUYER,
            RenewalStatus.FAILED,
            RenewalStatus.MOVED,
            RenewalStatus.STOPPED,
        }
    ),
    RenewalStatus.NEEDS_BUYER: frozenset(
        {
            RenewalStatus.CHARGING,
            RenewalStatus.PAID,
            RenewalStatus.FAILED,
            RenewalStatus.MOVED,
            RenewalStatus.STOPPED,
        }
    ),
    RenewalStatus.FAILED: frozenset(
        {RenewalStatus.CHARGING, RenewalStatus.PAID, RenewalStatus.MOVED, RenewalStatus.STOPPED}
    ),
    # A new subscription, or the customer's change of mind, plans the period anew; late money pays it after all.
    RenewalStatus.SKIPPED: frozenset({RenewalStatus.PLANNED, RenewalStatus.MOVED, RenewalStatus.STOPPED}),
    RenewalStatus.MOVED: frozenset({RenewalStatus.PLANNED, RenewalStatus.PAID, RenewalStatus.STOPPED}),
    RenewalStatus.STOPPED: frozenset({RenewalStatus.PLANNED, RenewalStatus.PAID}),
    RenewalStatus.PAID: frozenset(),
}
