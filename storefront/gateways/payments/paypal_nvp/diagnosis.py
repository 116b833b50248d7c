"""Whether the classic interface is set up as the shop needs it: asked of PayPal itself, without changing anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from storefront.gateways.errors import ConfigurationError, GatewayError, Unavailable
from storefront.gateways.payments.diagnosis import Diagnosis, Verdict, Words
from storefront.gateways.payments.diagnosis import gettext_noop as _
from storefront.gateways.payments.paypal_nvp.post import Connection
from storefront.gateways.payments.paypal_nvp.transactions import search

#: Seconds that our clock may differ: tokens live for hours.
MOST_SKEW = 120
ACCOUNT, MESSAGES, SEARCH, CLOCK = _("Account at PayPal"), _("Messages"), _("Right to search"), _("Clock")
_WHERE = _("Account settings, API access, NVP/SOAP API integration.")


def diagnose(
    connection: Connection, *, account: str, is_live: bool, webhook_url: str, now: Callable[[], datetime]
) -> list[Diagnosis]:
    """See ``PaymentGateway.diagnose``."""
    found: list[Diagnosis] = []
    try:
        for each in _looks(connection, account, is_live, webhook_url, now):
            found.append(each)
    except Unavailable as exc:
        problem = Words(_("It does not answer: %(problem)s."), {"problem": exc.message})
        found.append(Diagnosis("connection", Words("PayPal"), Verdict.FAULT, problem, Words(_("Try again later."))))
    return found


def warnings() -> list[Diagnosis]:
    """PayPal's own plan for the interface: https://developer.paypal.com/api/nvp-soap/"""
    return [
        Diagnosis(
            "phased_out",
            Words(_("Interface")),
            Verdict.WARNING,
            Words(_("PayPal phases its classic interface out and takes no new integrations.")),
            Words(_("Ask PayPal for a REST app and set PAYPAL_CLIENT_ID and the others of PayPal; see README.")),
        )
    ]


def _looks(
    connection: Connection, account: str, is_live: bool, webhook_url: str, now: Callable[[], datetime]
) -> Iterator[Diagnosis]:
    try:
        reply = connection.ask("GetPalDetails")
    except ConfigurationError as refusal:
        yield Diagnosis(
            "key", Words(ACCOUNT), Verdict.FAULT, Words("%(refusal)s.", {"refusal": refusal}), Words(_WHERE)
        )
        return
    live, test = _("PayPal knows it. Mode: live, money is real."), _("PayPal knows it. Mode: test, no money is real.")
    yield Diagnosis("key", Words(ACCOUNT), Verdict.OK, Words(live if is_live else test))
    if reply.get("PAL") != account:
        yield Diagnosis(
            "account",
            Words("PAYPAL_NVP_MERCHANT_ID"),
            Verdict.FAULT,
            Words(_("The credentials are those of the account %(account)s."), {"account": reply.get("PAL", "?")}),
            Words(_("Set it to the merchant ID of that account, or take the credentials of the other.")),
        )
    yield _search(connection, now())
    yield _messages(webhook_url)
    yield _clock(reply, now())


def _search(connection: Connection, now: datetime) -> Diagnosis:
    """Refunds and reversals are found by TransactionSearch."""
    try:
        list(search(connection, since=now))
    except Unavailable:
        raise
    except (GatewayError, ConfigurationError):
        lacks = Words(_("The credentials may not search transactions: refunds made at PayPal are not seen."))
        return Diagnosis("right:search", Words(SEARCH), Verdict.FAULT, lacks, Words(_WHERE))
    return Diagnosis("right:search", Words(SEARCH), Verdict.OK, Words(_("The credentials have it.")))


def _messages(webhook_url: str) -> Diagnosis:
    """Each payment names the address of its messages, so nothing is set up at PayPal."""
    if webhook_url.startswith("https://"):
        sent = Words(_("Each payment tells PayPal to send them to %(url)s."), {"url": webhook_url})
        return Diagnosis("messages", Words(MESSAGES), Verdict.OK, sent)
    plain = Words(_("%(url)s is not https: PayPal sends nothing there."), {"url": webhook_url})
    remedy = Words(_("Set SITE_URL to the shop's public https address; until then PayPal is asked every few minutes."))
    return Diagnosis("messages", Words(MESSAGES), Verdict.WARNING, plain, remedy)


def _clock(reply: Mapping[str, str], now: datetime) -> Diagnosis:
    try:
        told = datetime.strptime(reply.get("TIMESTAMP", ""), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return Diagnosis(
            "clock", Words(CLOCK), Verdict.WARNING, Words(_("PayPal's answer does not say what time it is."))
        )
    skew = now - told
    if abs(skew) > timedelta(seconds=MOST_SKEW):
        wrong = Words(
            _("This machine's clock differs from PayPal's by %(seconds)s s."), {"seconds": round(skew.total_seconds())}
        )
        return Diagnosis("clock", Words(CLOCK), Verdict.FAULT, wrong, Words(_("Set the clock by NTP.")))
    return Diagnosis("clock", Words(CLOCK), Verdict.OK, Words(_("It agrees with PayPal's.")))
