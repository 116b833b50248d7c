"""The only upward messages. Sent inside the transaction that makes them true; a receiver that fails undoes it."""

from django.dispatch import Signal

invoice_issued = Signal()  # invoice
invoice_voided = Signal()  # invoice
invoice_paid = Signal()  # invoice, payment (None when paid from the balance, or when nothing was to be paid)
invoice_refunded = Signal()  # invoice, payment (None when nothing had been paid)
invoice_reopened = Signal()  # invoice: it is open again, as the money that paid it was not for it
payment_disputed = Signal()  # invoice, payment, is_disputed
payment_lost = Signal()  # invoice, payment: the buyer's bank has taken all of it; an appeal may still bring it back
dispute_booked = Signal()  # payment, change: so much more was lost in disputes, or less
provisional_given = Signal()  # invoice (unpaid), until: what it buys is granted at once, for the time being
provisional_ended = Signal()  # invoice: it was not paid, so that is taken back
refund_given_up = Signal()  # refund (of ours): it has failed, or staff count it as not made
refund_succeeded = Signal()  # refund (of ours or not): its money has reached the buyer, as far as the provider knows
refund_returned = Signal()  # refund (of ours or not): the provider had it, and its money came back
refunds_unlisted = Signal()  # payment, change: so much more was refunded, or less, by refunds that cannot be seen
refund_seen = Signal()  # refund (not of ours, made at the provider), units: those whose time ends with it
method_saved = Signal()  # method: it may be charged (again): saved by a provider, or renewed by its network
method_ended = Signal()  # method, by: it is charged no more; its mandates have ended
refund_made = Signal()  # refund (of ours), units: list of (invoice line's id, number) whose time ends with it
