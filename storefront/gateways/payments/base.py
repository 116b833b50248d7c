"""The one interface every payment provider is fitted to.

A provider's words die inside its file: callers see only the types below. Amounts are ``Decimal`` in major
units with an upper-case ISO 4217 code; minor units exist only inside provider files. Times are aware UTC.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from storefront.gateways.errors import UnsupportedOperation
from storefront.gateways.payments.balance import BalanceMovement
from storefront.gateways.payments.diagnosis import Diagnosis
from storefront.gateways.payments.disputes import DisputeSnapshot
from storefront.gateways.payments.instructions import PaymentInstructions
from storefront.gateways.payments.limits import Limits
from storefront.gateways.payments.listing import UnreadableCharge
from storefront.gateways.payments.refunds import RefundRequest, RefundSnapshot
from storefront.gateways.payments.requests import LineItem as LineItem
from storefront.gateways.payments.requests import StartedPayment as StartedPayment
from storefront.gateways.payments.requests import StartRequest as StartRequest
from storefront.gateways.payments.saved_methods import SavedMethodSnapshot
from storefront.gateways.payments.saving import SavedMethodGateway
from storefront.gateways.payments.words import DeclineReason as DeclineReason
from storefront.gateways.payments.words import EventKind as EventKind
from storefront.gateways.payments.words import Feature as Feature
from storefront.gateways.payments.words import PendingReason as PendingReason
from storefront.gateways.payments.words import RemoteState as RemoteState
from storefront.gateways.receipts import Receipt


@dataclass(frozen=True, slots=True)
class PaymentSnapshot:
    """The provider's own word on one charge, fetched by us.

    ``amount_refunded``, ``refunds`` and ``disputes`` are what the provider knows, whoever caused it; None where nobody
    looked or our key may not see them, and then says nothing. ``amount_refunded`` includes refunds that are pending.
    ``method_label`` is safe to print ("visa •••• 4242"). ``redirect_url`` is set while OPEN, ``instructions`` while
    WAITING. If the provider tells, else "": ``account_reference`` is the receiving account, ``method_country`` (ISO
    3166-1) that of the buyer's card or bank. ``missing_right``: what our key lacks to see all but state and amount.
    ``pending_reason``: why it is PROCESSING, where the provider tells. ``approval``: the provider's mark of the buyer's
    agreement while APPROVED, another one once they agree anew; "" if it has none. ``also_paid``: further charges that
    were paid through the same page, as ``fetch`` takes them; ``unreadable``: the provider's numbers of further ones
    there that nobody understands, beside one that is paid for sure. ``saved_method``: what was saved with it.
    """

    provider_reference: str
    our_reference: str
    state: RemoteState
    amount: Decimal
    currency: str
    is_live: bool
    redirect_url: str = ""
    charge_reference: str = ""
    failure_code: str = ""
    method_label: str = ""
    method_country: str = ""
    amount_refunded: Decimal | None = Decimal(0)
    refunds: tuple[RefundSnapshot, ...] | None = None
    disputes: tuple[DisputeSnapshot, ...] | None = None
    account_reference: str = ""
    instructions: PaymentInstructions | None = None
    missing_right: str = ""
    pending_reason: PendingReason | None = None
    approval: str = ""
    also_paid: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    saved_method: SavedMethodSnapshot | None = None


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A verified message.

    ``provider_reference`` is the id ``fetch`` takes; "" if the message does not carry it. Then the payment is found
    by ``charge_reference`` (the same word as in ``PaymentSnapshot``, stored when the payment settled) or by
    ``our_reference``. Messages about refunds and disputes usually know only these. ``method_reference``: the saved
    method that a METHOD_CHANGED is about, as ``fetch_method`` takes it.
    """

    event_id: str
    kind: EventKind
    provider_reference: str
    our_reference: str
    is_live: bool
    raw_type: str = ""
    charge_reference: str = ""
    method_reference: str = ""


class PaymentGateway(SavedMethodGateway, ABC):
    """One outside company that takes money. Stateless and safe to share between threads.

    No method may be called inside a database transaction; each returns within the configured timeouts.
    Raises ``Declined``, ``Unavailable``, ``NotFound``, ``InvalidSignature``, ``UnsupportedOperation`` or
    ``ConfigurationError`` and nothing else.
    """

    #: short name stored with every payment, e.g. "stripe"
    name: str
    #: the company's name as people write it
    verbose_name: str
    buyer_name = ""  # what buyers are told they pay by, marked by ``gettext_noop``; "" for ``verbose_name``
    company = ""  # whose page they are led to, as buyers know it; "" for ``verbose_name``
    #: how long a page may be asked to stay open
    page_lifetime: timedelta
    #: how long after the first call a request may be repeated under its idempotency key, with time to spare
    key_lifetime: timedelta
    #: CSP sources of the pages a buyer is sent to: ``https://pay.example.com``, or ``https:`` for any
    redirect_origins: tuple[str, ...]
    #: what it can do beyond taking a payment
    supports: frozenset[Feature] = frozenset()
    #: the provider's refusal codes (``PaymentSnapshot.failure_code``) whose reason a buyer may be told
    decline_reasons: Mapping[str, DeclineReason] = {}
    day_zone = "UTC"  # in which its days begin
    proves_messages = True  # ``parse_webhook`` proves them; False: each is a mere hint, that anybody could have sent
    repeats_refunds = True  # a second ``refund`` with the same key is harmless, also before the first one is listed
    keeps_refund_keys = True  # lists refunds with the keys of those we began; else one of that amount counts as ours
    forgets_unused = False  # answers ``NotFound`` about a page that closed unpaid
    #: whether the configured keys move real money
    is_live: bool
    #: the provider sells in its own name: it adds the buyer's tax to our amounts and issues the invoice
    is_merchant_of_record: bool = False
    #: what it takes; ``start`` raises ``Declined`` for anything else
    limits: Limits

    @abstractmethod
    def start(self, request: StartRequest) -> StartedPayment:
        """Open a charge. The same ``idempotency_key`` returns the same charge.

        Raises ``KeySpent`` if this key will not open one any more: the caller gives the attempt up.
        """

    @abstractmethod
    def fetch(
        self, provider_reference: str, *, look_for_disputes: bool = False, look_for_refunds: bool = False
    ) -> PaymentSnapshot:
        """Ask the provider for the current state of one charge.

        A charge that is known to be refunded or disputed comes with its refunds and disputes. ``look_for_disputes`` and
        ``look_for_refunds`` ask for them also where it does not say so: mere inquiries, refunds that failed.
        """

    @abstractmethod
    def cancel(self, provider_reference: str) -> PaymentSnapshot:
        """Close an open charge so that it can no longer be paid; return what it is now: it may have been paid.

        Not every provider can close a charge that waits for its buyer elsewhere: then it is still WAITING.
        """

    def capture(self, provider_reference: str, *, idempotency_key: str) -> PaymentSnapshot:
        """Take the money of an APPROVED charge, once; return what the charge is then.

        SUCCEEDED, PROCESSING or FAILED; or OPEN with ``failure_code`` where the buyer must choose how to pay anew. Only
        of use with ``Feature.CAPTURE``: such a charge moves no money unless the caller asks for it, so ``cancel`` says
        EXPIRED of one that was not captured, and the caller sees to it that it never is.
        """
        raise UnsupportedOperation(f"{self.name} takes money in one step")

    @abstractmethod
    def parse_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> ProviderEvent:
        """Verify a raw webhook and say what it hints at. Raises ``InvalidSignature`` for what is not proven."""

    def receipt(self, body: bytes, *, now: datetime) -> Receipt:
        """What a message that ``parse_webhook`` takes is answered with. Raises ``InvalidSignature`` as that does."""
        return Receipt()

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        """Give money back, whole or part. The same ``idempotency_key`` gives it back once."""
        raise UnsupportedOperation(f"{self.name} cannot refund through us")

    def find_recent(self, *, since: datetime) -> Sequence[PaymentSnapshot | UnreadableCharge]:
        """All charges the provider saw since ``since`` (UTC), for reconciliation; without their disputes. A charge that
        was ``also_paid`` comes after the one that names it."""
        raise UnsupportedOperation(f"{self.name} cannot list charges")

    def find_disputed(self, *, since: datetime) -> Sequence[str]:
        """``charge_reference`` of every charge about which a dispute began since then (UTC), for reconciliation."""
        return ()

    def movements(self, *, since: datetime, until: datetime) -> Sequence[BalanceMovement]:
        """All that moved our balance at the provider in [since, until) (UTC), for comparing days."""
        raise UnsupportedOperation(f"{self.name} cannot list its balance")

    def diagnose(self, *, webhook_url: str, is_thorough: bool = True) -> Sequence[Diagnosis]:
        """Ask the provider whether our set-up fits: key, mode, rights, messages, secrets, clock. Changes nothing.

        ``webhook_url`` is where messages must go. ``is_thorough`` also asks for what would change something, of objects
        that do not exist; the provider's log shows these as refused. A provider that cannot be reached is a fault
        among the others.
        """
        raise UnsupportedOperation(f"{self.name} cannot be asked about our set-up")

    def probe(self) -> None:
        """Ask for next to nothing. Raises ``Unavailable`` if nobody answers; any other error is an answer."""
        self.find_recent(since=datetime.now(UTC))

    def provoke_message(self, *, currency: str, return_url: str) -> str:
        """Make the provider send us a message about a charge that nobody can pay; returns its ``raw_type``.

        Raises ``Declined`` where a buyer who pays in ``currency`` would be refused as well.
        """
        raise UnsupportedOperation(f"{self.name} cannot be made to send a message")

    def warnings(self) -> Sequence[Diagnosis]:
        """What the configuration alone shows, without asking anybody."""
        return ()

    def dashboard_url(self, reference: str) -> str:
        """The page of the provider's own dashboard about one of its references, for staff; "" where there is none."""
        return ""
