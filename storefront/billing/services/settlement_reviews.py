"""What staff must look at when a provider's answer about an attempt does not fit."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_noop as _

from storefront.billing.models import PaymentAttempt
from storefront.billing.services import reviews
from storefront.core.sentences import Sentence
from storefront.gateways.payments.base import PaymentSnapshot, RemoteState
from storefront.gateways.payments.listing import UnreadableCharge


def mismatch(attempt: PaymentAttempt, snapshot: PaymentSnapshot, problems: Sequence[str]) -> None:
    """``problems``: the names of what differs."""
    text = _(
        "Asked for %(amount)s %(currency)s as %(ours)s; %(gateway)s has %(their_amount)s %(their_currency)s as "
        "%(their_ours)s (%(state)s, %(theirs)s). Different: %(problems)s."
    )
    values = {
        "amount": attempt.amount, "currency": attempt.currency, "ours": attempt.public_id, "gateway": attempt.gateway,
        "their_amount": snapshot.amount, "their_currency": snapshot.currency,
        "their_ours": snapshot.our_reference or "–", "state": snapshot.state, "theirs": snapshot.provider_reference,
        "problems": ", ".join(problems),
    }  # fmt: skip
    reviews.file(
        key=f"mismatch:{attempt.public_id}:{snapshot.provider_reference}:{snapshot.state}:{'+'.join(problems)}",
        kind=reviews.MISMATCH if snapshot.state is RemoteState.SUCCEEDED else reviews.MISMATCH_UNPAID,
        detail=[Sentence(text, values)],
        attempt=attempt,
        invoice=attempt.invoice,
    )


def reverted(attempt: PaymentAttempt, state: str) -> None:
    """The provider no longer says that a charge succeeded. Nothing is undone by itself."""
    reviews.file(
        key=f"reverted:{attempt.public_id}",
        kind="reverted",
        detail=[
            Sentence(
                _("%(gateway)s no longer says that %(reference)s succeeded, but: %(state)s."),
                {"gateway": attempt.gateway, "reference": attempt.provider_reference, "state": state},
            )
        ],
        attempt=attempt,
        invoice=attempt.invoice,
    )


def must_be_accepted(attempt: PaymentAttempt) -> None:
    """The provider holds money until the seller does something in their account there; and it will hold the next."""
    text = _(
        "%(gateway)s holds payments, the first of them %(reference)s, until you accept them in your account there. "
        "Look at its e-mail address, currencies and settings for receiving payments."
    )
    reference = attempt.charge_reference or attempt.provider_reference
    values: dict[str, object] = {"gateway": attempt.gateway, "reference": reference}
    reviews.file_setup(gateway=attempt.gateway, code="accept", detail=[Sentence(text, values)])


def unknown_to_provider(attempt: PaymentAttempt) -> None:
    """The provider does not know an object it once gave us: other keys, or another account."""
    reviews.file(
        key=f"unknown-to-provider:{attempt.public_id}",
        kind="unknown_to_provider",
        detail=[
            Sentence(
                _("%(gateway)s does not know %(reference)s. Have the keys been changed?"),
                {"gateway": attempt.gateway, "reference": attempt.provider_reference},
            )
        ],
        attempt=attempt,
        invoice=attempt.invoice,
    )


def unreadable(gateway: str, charge: UnreadableCharge) -> int:
    """A charge that nobody understands is filed, once for all of one page. Returns 1, for a count of differences."""
    known = PaymentAttempt.objects.filter(gateway=gateway, provider_reference=charge.provider_reference)
    attempt = known.select_related("invoice").first()
    reviews.file(
        key=f"unreadable-charge:{gateway}:{charge.provider_reference}"[:200],
        kind="unreadable_charge",
        detail=[
            Sentence(
                _("%(gateway)s says of %(reference)s (%(theirs)s) what cannot be read. Look at it there."),
                {
                    "gateway": gateway,
                    "reference": charge.provider_reference,
                    "theirs": charge.charge_reference or "–",
                },
            )
        ],
        attempt=attempt,
        invoice=attempt.invoice if attempt else None,
    )
    return 1
