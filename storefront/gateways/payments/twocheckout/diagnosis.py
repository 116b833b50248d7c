"""Whether 2Checkout is set up as the shop needs it, as far as its API tells; the rest is to be looked at by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from storefront.gateways.errors import ConfigurationError, GatewayError, Unavailable
from storefront.gateways.payments.diagnosis import Diagnosis, Verdict, Words
from storefront.gateways.payments.diagnosis import gettext_noop as _
from storefront.gateways.payments.twocheckout.api import Api
from storefront.gateways.payments.twocheckout.ipn import NEEDED_FIELDS

#: Seconds that our clock may differ before calls are refused, with time to spare.
MOST_SKEW = 60
CONTROL_PANEL = "https://secure.2checkout.com/cpanel/webhooks_api.php"


def diagnose(
    api: Api, *, is_live: bool, is_net: bool, webhook_url: str, now: Callable[[], datetime]
) -> list[Diagnosis]:
    """See ``PaymentGateway.diagnose``."""
    try:
        headers = api.first_answer()
    except ConfigurationError as refusal:
        return [
            Diagnosis(
                "key", Words(_("Secret key")), Verdict.FAULT, Words("%(refusal)s.", {"refusal": refusal}),
                Words(_("Copy merchant code and secret key from %(url)s."), {"url": CONTROL_PANEL}),
            )
        ]  # fmt: skip
    except Unavailable as exc:
        return [
            Diagnosis(
                "connection", Words("2Checkout"), Verdict.FAULT,
                Words(_("It does not answer: %(problem)s."), {"problem": exc.message}), Words(_("Try again later.")),
            )
        ]  # fmt: skip
    except GatewayError as exc:
        return [
            Diagnosis(
                "key", Words(_("Secret key")), Verdict.FAULT, Words("%(problem)s.", {"problem": exc.message}),
                Words(_("Copy merchant code and secret key from %(url)s."), {"url": CONTROL_PANEL}),
            )
        ]  # fmt: skip
    return list(_looks(headers, is_live, is_net, webhook_url, now()))


def _looks(
    headers: Mapping[str, str], is_live: bool, is_net: bool, webhook_url: str, now: datetime
) -> Iterator[Diagnosis]:
    live = _("2Checkout knows it. Mode: live, money is real.")
    test = _("2Checkout knows it. Mode: test orders, no money is real.")
    yield Diagnosis("key", Words(_("Secret key")), Verdict.OK, Words(live if is_live else test))
    yield _clock(headers, now)
    yield Diagnosis(
        "webhook", Words(_("Notifications (IPN)")), Verdict.WARNING,
        Words(_("Its API does not tell where notifications go and what is in them.")),
        Words(
            _("Look at %(url)s: address %(webhook)s, SHA3 signature, all triggers, and these fields: %(fields)s."),
            {"url": CONTROL_PANEL, "webhook": webhook_url, "fields": ", ".join(NEEDED_FIELDS)},
        ),
    )  # fmt: skip
    sells = _(
        "As the settings say, 2Checkout sells (2Monetize): it adds the tax and issues the invoice, the shop neither."
    )
    ours = _("As the settings say, the shop sells (2Sell, 2Subscribe) and 2Checkout adds no tax.")
    yield Diagnosis("plan", Words(_("Plan")), Verdict.OK, Words(sells if is_net else ours))


def _clock(headers: Mapping[str, str], now: datetime) -> Diagnosis:
    """By the hour of its answer (``Date``, whole seconds)."""
    subject = Words(_("Clock"))
    try:
        skew = round((now - parsedate_to_datetime(headers.get("date", ""))).total_seconds())
    except ValueError:
        return Diagnosis(
            "clock", subject, Verdict.WARNING, Words(_("2Checkout's answer does not say what time it is."))
        )
    if abs(skew) <= MOST_SKEW:
        return Diagnosis("clock", subject, Verdict.OK, Words(_("It agrees with 2Checkout's.")))
    found = _("This machine's clock differs from 2Checkout's by %(seconds)s s: its calls are refused.")
    return Diagnosis(
        "clock", subject, Verdict.FAULT, Words(found, {"seconds": abs(skew)}), Words(_("Set the clock by NTP."))
    )
