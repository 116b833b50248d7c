"""The WebMoney gateway: a prepared link to its pay page per payment attempt."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode, urlsplit

from storefront.gateways.errors import ConfigurationError, Declined, Unavailable
from storefront.gateways.http import HttpClient
from storefront.gateways.payments.base import (
    DeclineReason,
    EventKind,
    Feature,
    PaymentGateway,
    PaymentSnapshot,
    ProviderEvent,
    RemoteState,
    StartedPayment,
    StartRequest,
)
from storefront.gateways.payments.diagnosis import Diagnosis
from storefront.gateways.payments.webmoney import api as calls
from storefront.gateways.payments.webmoney import diagnosis, notices, references, signing
from storefront.gateways.payments.webmoney.purses import Purse, limits, read, written
from storefront.gateways.payments.webmoney.references import Reference, reference
from storefront.gateways.receipts import Receipt

LIVE = "https://merchant.webmoney.ru"
#: A payment number that no attempt reaches.
NOBODY = 2**31 - 1


class Gateway(PaymentGateway):
    """WebMoney's own page, opened by a link that it prepares (X22): the buyer is led there as to any other page.

    ``provider_reference`` carries payment number, amount and time, ``charge_reference`` is WebMoney's number of the
    transfer. A link cannot be withdrawn; before each payment WebMoney asks the shop (``refusal``), which takes none for
    an attempt that is over.

    Money is given back by hand: its interface for that (X14), and the one for charging a purse whose owner allowed it
    (X2 with X21), need the seller's Keeper key file on the server. No method is saved, for the same reason.

    Args:
        wmid: the seller's; ``purses``: ``PURSE:KEY`` or ``PURSE:KEY:X20KEY``, see ``purses.read``.
        is_test: the purses are in test mode and no money is real.
        timeouts: seconds to connect, and to wait for an answer.

    Raises ``ConfigurationError`` if something is missing, or real money would travel unencrypted.
    """

    name = "webmoney"
    verbose_name = "WebMoney"
    #: Shorter than the time after which a closed charge is looked at once more, as a link cannot be withdrawn.
    page_lifetime = timedelta(minutes=50)
    key_lifetime = timedelta(minutes=50)
    supports: frozenset[Feature] = frozenset()
    decline_reasons: Mapping[str, DeclineReason] = {"refused": DeclineReason.REFUSED_THERE}
    day_zone = "Europe/Moscow"

    def __init__(
        self,
        *,
        wmid: str,
        purses: Sequence[str],
        api_base: str = LIVE,
        is_test: bool = False,
        timeouts: tuple[float, float] = (3.0, 8.0),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.is_live = not is_test
        base = api_base.rstrip("/")
        if not wmid or (self.is_live and not base.startswith("https://")):
            raise ConfigurationError("WebMoney's WMID is missing, or it would be asked without https")
        self._base, self._clock, self._is_test = base, clock, is_test
        self._purses = self._usable(read(purses))
        self.limits = limits(self._purses)
        connect, wait = timeouts
        http = HttpClient(
            connect_timeout=connect, read_timeout=wait, total_timeout=connect + wait, allow_loopback=is_test
        )
        self._api = calls.Api(http=http, base=base, wmid=wmid)
        page = urlsplit(base)
        self.redirect_origins = ("https:",) if page.scheme == "https" else (f"{page.scheme}://{page.netloc}",)

    def start(self, request: StartRequest) -> StartedPayment:
        """Have a link prepared. The same key leads to a payment of the same number by any of its links."""
        carried = self._new(request)
        purse, text = self._purse(carried), str(carried)
        hours = max(1, math.ceil((request.expires_at - self._clock()) / timedelta(hours=1)))
        fields: dict[str, object] = {
            "lmi_payment_amount": written(request.amount),
            "lmi_payment_desc": _description(request),
            "lmi_success_url": request.return_url, "lmi_success_method": 0,
            "lmi_fail_url": request.cancel_url, "lmi_fail_method": 0,
            notices.OURS: text, notices.MARK: signing.mark(text, purse.key),
        }  # fmt: skip
        if self._is_test:
            fields["lmi_sim_mode"] = 0
        ticket = self._api.link(purse, carried.number, hours=hours, fields=fields)
        return StartedPayment(text, f"{self._base}/lmi/payment.asp?{urlencode({'gid': ticket})}", carried.closes_at)

    def fetch(
        self, provider_reference: str, *, look_for_disputes: bool = False, look_for_refunds: bool = False
    ) -> PaymentSnapshot:
        """By X18. WebMoney tells of no refund and no dispute."""
        carried = reference(provider_reference)
        answer = self._api.state(self._purse(carried), carried.number)
        if answer.retval == 0:
            return self._paid(carried, answer)
        if answer.retval in calls.REFUSED:
            return self._unpaid(carried, RemoteState.FAILED, failure_code="refused")
        if answer.retval not in calls.NOT_FOUND | calls.NOT_PAID:
            raise Unavailable(f"WebMoney answered retval {answer.retval}", code="unreadable_answer")
        is_open = self._clock() < carried.closes_at
        return self._unpaid(carried, RemoteState.OPEN if is_open else RemoteState.EXPIRED)

    def cancel(self, provider_reference: str) -> PaymentSnapshot:
        """A link cannot be withdrawn: an unpaid one counts as closed, whatever comes by it later."""
        found = self.fetch(provider_reference)
        return replace(found, state=RemoteState.EXPIRED) if found.state is RemoteState.OPEN else found

    def probe(self) -> None:
        self._api.state(next(iter(self._purses.values())), NOBODY)

    def diagnose(self, *, webhook_url: str, is_thorough: bool = True) -> Sequence[Diagnosis]:
        purses = [*self._purses.values()]
        return [*diagnosis.diagnose(self._api, purses, is_live=self.is_live, webhook_url=webhook_url, nobody=NOBODY)]

    def parse_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> ProviderEvent:
        """A result; of a question before a payment it makes an event to be ignored."""
        if notices.is_question(body):
            text = notices.asked_about(body, [*self._purses.values()])
            return ProviderEvent("", EventKind.IGNORED, text, "", self.is_live, "question")
        return notices.parse(body, [*self._purses.values()])

    def receipt(self, body: bytes, *, now: datetime) -> Receipt:
        """``YES`` lets a payment be made; any other text is what the buyer reads instead."""
        if not notices.is_question(body):
            return Receipt()
        problem = notices.refusal(body, [*self._purses.values()], now=now)
        return Receipt(problem or "YES", "text/plain; charset=utf-8")

    def _new(self, request: StartRequest) -> Reference:
        if problem := self.limits.problem(request.amount, request.currency):
            raise Declined(f"{request.amount} {request.currency} cannot be charged", code=f"amount_{problem.code}")
        if request.lines and sum(line.amount for line in request.lines) != request.amount:
            raise Declined("the lines do not add up to the amount", code="invalid_amount")
        return references.of(request)

    def _usable(self, purses: Mapping[str, Purse]) -> Mapping[str, Purse]:
        return purses

    def _purse(self, carried: Reference) -> Purse:
        if carried.currency not in self._purses:
            raise ConfigurationError(f"no purse for {carried.currency}")
        return self._purses[carried.currency]

    def _paid(self, carried: Reference, answer: calls.Answer) -> PaymentSnapshot:
        try:
            amount = Decimal(answer["amount"]).quantize(Decimal("0.01"))
        except InvalidOperation as exc:
            raise Unavailable("a payment without its amount", code="unreadable_answer") from exc
        if not answer["wmtransid"].isdigit():
            raise Unavailable("a payment without its number", code="unreadable_answer")
        found = self._unpaid(carried, RemoteState.SUCCEEDED)
        return replace(
            found, amount=amount, charge_reference=answer["wmtransid"], method_label=_masked(answer["pursefrom"])
        )

    def _unpaid(self, carried: Reference, state: RemoteState, *, failure_code: str = "") -> PaymentSnapshot:
        return PaymentSnapshot(
            provider_reference=str(carried),
            our_reference=carried.ours,
            state=state,
            amount=carried.amount,
            currency=carried.currency,
            is_live=self.is_live,
            failure_code=failure_code,
            account_reference=self._purse(carried).number,
        )


def _description(request: StartRequest) -> str:
    return " ".join(request.description.split())[:255] or "-"


def _masked(purse: str) -> str:
    """``Z •••• 4321`` of the buyer's purse."""
    return f"{purse[:1]} •••• {purse[-4:]}" if len(purse) == 13 else "WebMoney"
