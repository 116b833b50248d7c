"""States of billing's things and the steps between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core.states import Transitions


class InvoiceStatus(models.TextChoices):
    OPEN = "open", _("New")
    PAID = "paid", _("Paid")
    VOID = "void", _("Void")
    REFUNDED = "refunded", _("Refunded")


class InvoiceKind(models.TextChoices):
    """What an invoice asks money for. Only an advance payment buys nothing: it stays on the personal account."""

    ORDER = "order", _("Order")
    ADVANCE_PAYMENT = "advance_payment", _("Advance payment")
    RENEWAL = "renewal", _("Renewal")


class AttemptStatus(models.TextChoices):
    CREATED = "created", _("Created")  # row written, provider perhaps not asked yet
    PENDING = "pending", _("Pending")  # open at the provider
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class RefundStatus(models.TextChoices):
    AWAITING = "awaiting", _("Awaiting approval")  # of a second person
    DECLINED = "declined", _("Declined")  # by that person
    WITHDRAWN = "withdrawn", _("Withdrawn")  # by who asked for it
    CREATED = "created", _("Created")  # row written, provider perhaps not asked yet
    PENDING = "pending", _("Pending")  # the provider has it
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")


class RefundWay(models.TextChoices):
    """How money goes back."""

    METHOD = "method", _("The way it was paid")  # by the provider that took it
    BANK = "bank", _("Bank transfer")  # made by staff, from the list of payouts
    ACCOUNT = "account", _("Personal account")


class RefundRequestStatus(models.TextChoices):
    """Of what a customer asked for. ``DONE`` once the money is on its way."""

    ASKED = "asked", _("Asked for")
    APPROVED = "approved", _("Approved")
    CHANGED = "changed", _("Approved with changes")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Taken back")
    DONE = "done", _("Refunded")


#: A paid one is open again where the money was not for it (``services.reopening``), and so is its order.
INVOICE_TRANSITIONS: Transitions = {
    InvoiceStatus.OPEN: frozenset({InvoiceStatus.PAID, InvoiceStatus.VOID}),
    InvoiceStatus.PAID: frozenset({InvoiceStatus.REFUNDED, InvoiceStatus.OPEN}),
    InvoiceStatus.VOID: frozenset(),
    InvoiceStatus.REFUNDED: frozenset(),
}

#: Money may arrive after we gave an attempt up, so even failed and cancelled may still succeed.
ATTEMPT_TRANSITIONS: Transitions = {
    AttemptStatus.CREATED: frozenset(
        {AttemptStatus.PENDING, AttemptStatus.SUCCEEDED, AttemptStatus.FAILED, AttemptStatus.CANCELLED}
    ),
    AttemptStatus.PENDING: frozenset({AttemptStatus.SUCCEEDED, AttemptStatus.FAILED, AttemptStatus.CANCELLED}),
    AttemptStatus.FAILED: frozenset({AttemptStatus.SUCCEEDED}),
    AttemptStatus.CANCELLED: frozenset({AttemptStatus.SUCCEEDED}),
    AttemptStatus.SUCCEEDED: frozenset(),
}

#: A refund that has arrived may be returned by the buyer's bank; one that we gave up may have been made after all.
REFUND_TRANSITIONS: Transitions = {
    RefundStatus.AWAITING: frozenset({RefundStatus.CREATED, RefundStatus.DECLINED, RefundStatus.WITHDRAWN}),
    RefundStatus.DECLINED: frozenset(),
    RefundStatus.WITHDRAWN: frozenset(),
    RefundStatus.CREATED: frozenset({RefundStatus.PENDING, RefundStatus.SUCCEEDED, RefundStatus.FAILED}),
    RefundStatus.PENDING: frozenset({RefundStatus.SUCCEEDED, RefundStatus.FAILED}),
    RefundStatus.SUCCEEDED: frozenset({RefundStatus.FAILED}),
    RefundStatus.FAILED: frozenset({RefundStatus.PENDING, RefundStatus.SUCCEEDED}),
}

#: Refunds whose amount is reserved: the provider's figures do not hold it yet.
RESERVED_REFUND = (RefundStatus.AWAITING, RefundStatus.CREATED)
#: Refunds that the provider has made, as far as is known.
MADE_REFUND = (RefundStatus.PENDING, RefundStatus.SUCCEEDED)

#: Approved ones whose refunds have all come to nothing are asked for again.
REFUND_REQUEST_TRANSITIONS: Transitions = {
    RefundRequestStatus.ASKED: frozenset(set(RefundRequestStatus) - {RefundRequestStatus.ASKED}),
    RefundRequestStatus.APPROVED: frozenset({RefundRequestStatus.DONE, RefundRequestStatus.ASKED}),
    RefundRequestStatus.CHANGED: frozenset({RefundRequestStatus.DONE, RefundRequestStatus.ASKED}),
    RefundRequestStatus.REFUSED: frozenset(),
    RefundRequestStatus.WITHDRAWN: frozenset(),
    RefundRequestStatus.DONE: frozenset(),
}
#: Nothing final was said of it yet; of a line there is one such request at most.
OPEN_REQUEST = (RefundRequestStatus.ASKED, RefundRequestStatus.APPROVED, RefundRequestStatus.CHANGED)

OPEN_ATTEMPT = (AttemptStatus.CREATED, AttemptStatus.PENDING)

ORDER_TRANSITIONS: Transitions = {
    "New": frozenset({"Payment in progress", "Paid", "Cancelled"}),
    "Payment in progress": frozenset({"New", "Paid", "Cancelled"}),
    "Paid": frozenset({"Refunded", "New"}),
    "Cancelled": frozenset(),
    "Refunded": frozenset(),
}
