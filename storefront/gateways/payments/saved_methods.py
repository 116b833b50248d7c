"""Methods that a provider keeps for a buyer: saving one, charging it without them, letting it go.

The provider keeps card numbers and the like; we hold its ids, and what may be shown of the method. Amounts are
``Decimal`` in major units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from storefront.gateways.payments.lines import LineItem
from storefront.gateways.payments.words import RemoteState


class MethodState(StrEnum):
    """State of a saved method at the provider, in our words."""

    PENDING = "pending"  # the buyer has agreed, its id comes later
    ACTIVE = "active"
    GONE = "gone"  # removed there, or the buyer withdrew their permission


def masked_email(email: str) -> str:
    """An address as it may be shown and kept: "a•••@example.com"; "" for what is none."""
    local, at, domain = email.rpartition("@")
    return f"{local[:1]}•••@{domain}" if at and local and domain else ""


@dataclass(frozen=True, slots=True)
class SavedMethodSnapshot:
    """What a provider tells of a saved method.

    ``provider_customer`` is its id of the buyer, "" where it has none; ``method_reference`` its id of the method, ""
    while PENDING. ``kind``: "card", "paypal", "sbp" and the like. ``brand`` as people write it ("Visa"). ``last4`` of
    the card, ``email`` masked by us, of an account; each "" if there is none. ``expiry`` (year, month): the card is
    good to the last day of that month. ``fingerprint``: the same for two ids of one card. ``wallet``: "Apple Pay" etc.
    """

    provider_customer: str
    method_reference: str
    state: MethodState
    kind: str
    brand: str = ""
    last4: str = ""
    email: str = ""
    expiry: tuple[int, int] | None = None
    fingerprint: str = ""
    wallet: str = ""


@dataclass(frozen=True, slots=True)
class SaveRequest:
    """For whom a method is kept, and what for.

    ``customer_reference`` is our stable, unguessable name of the buyer; ``provider_customer`` the provider's id of them
    from an earlier saving, "" if there is none yet. ``is_unattended``: it may be charged while they are absent.
    ``description`` is shown to the buyer where the provider shows one (at most 120 characters).
    """

    customer_reference: str
    provider_customer: str = ""
    is_unattended: bool = True
    description: str = ""


@dataclass(frozen=True, slots=True)
class SetupRequest:
    """A page where a method is saved without a payment. The key is stored before the first call.

    ``our_reference`` comes back in the snapshot, "" where the provider keeps none; the buyer comes back to
    ``return_url`` or ``cancel_url``.
    ``currency`` (ISO 4217) is what will be charged later.
    """

    idempotency_key: str
    our_reference: str
    save: SaveRequest
    currency: str
    customer_email: str
    return_url: str
    cancel_url: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class SetupSnapshot:
    """What became of such a page: OPEN, PROCESSING, SUCCEEDED (``method`` is set), FAILED or EXPIRED.

    ``our_reference``: "" where the provider does not tell whose page it is.
    """

    provider_reference: str
    our_reference: str
    state: RemoteState
    is_live: bool
    redirect_url: str = ""
    failure_code: str = ""
    method: SavedMethodSnapshot | None = None


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """A charge of a saved method. The key is stored before the first call, the same for every retry of the attempt.

    ``is_unattended``: the buyer is absent and has given a mandate for such charges. Otherwise they look on: the
    provider may send them to their bank and back to ``return_url``. ``initial_reference``: ``charge_reference`` of the
    payment the method was saved with, "" if none; some providers want it. ``lines``: as those of ``StartRequest``, for
    a provider that writes receipts; they add up to ``amount``.
    """

    idempotency_key: str
    our_reference: str
    amount: Decimal
    currency: str
    description: str
    provider_customer: str
    method_reference: str
    is_unattended: bool
    customer_email: str
    return_url: str
    language: str = "en"
    metadata: Mapping[str, str] = field(default_factory=dict)
    initial_reference: str = ""
    lines: Sequence[LineItem] = ()
