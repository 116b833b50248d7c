"""Whether SimplePay is set up as the shop needs it, as far as its API tells; the rest is to be looked at by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from storefront.gateways.errors import ConfigurationError, GatewayError, Unavailable
from storefront.gateways.payments.diagnosis import Diagnosis, Verdict, Words
from storefront.gateways.payments.diagnosis import gettext_noop as _
from storefront.gateways.payments.simplepay.api import Api

ADMIN = "https://admin.simplepay.hu"
_MINUTE = timedelta(minutes=1)


def diagnose(apis: Sequence[Api], *, is_live: bool, webhook_url: str, now: datetime) -> Iterator[Diagnosis]:
    """See ``PaymentGateway.diagnose``: each account is asked for what began in the last minute."""
    for api in apis:
        yield _account(api, is_live, now)
    yield Diagnosis(
        "webhook", Words(_("Messages (IPN)")), Verdict.WARNING,
        Words(_("SimplePay's API does not tell where messages go.")),
        Words(
            _("Look at %(url)s, Technical data: the IPN address of each account must be %(webhook)s."),
            {"url": ADMIN, "webhook": webhook_url},
        ),
    )  # fmt: skip


def _account(api: Api, is_live: bool, now: datetime) -> Diagnosis:
    subject = Words(_("Account %(merchant)s, %(currency)s"), {
        "merchant": api.account.merchant, "currency": api.account.currency,
    })  # fmt: skip
    try:
        api.begun(now - _MINUTE, now)
    except Unavailable as exc:
        found = Words(_("It does not answer: %(problem)s."), {"problem": exc.message})
        return Diagnosis("connection", subject, Verdict.FAULT, found, Words(_("Try again later.")))
    except (ConfigurationError, GatewayError) as refusal:
        return Diagnosis(
            "key", subject, Verdict.FAULT, Words("%(refusal)s.", {"refusal": refusal}),
            Words(_("Copy merchant and key from %(url)s, Technical data."), {"url": ADMIN}),
        )  # fmt: skip
    live = _("SimplePay knows it and its key. Mode: live, money is real.")
    test = _("SimplePay knows it and its key. Mode: sandbox, no money is real.")
    return Diagnosis("key", subject, Verdict.OK, Words(live if is_live else test))
