"""Whether PayMaster is set up as the shop needs it, as far as its API tells."""

from __future__ import annotations

from datetime import datetime, timedelta

from storefront.gateways.errors import ConfigurationError, GatewayError, Unavailable
from storefront.gateways.payments.diagnosis import Diagnosis, Verdict, Words
from storefront.gateways.payments.diagnosis import gettext_noop as _
from storefront.gateways.payments.paymaster.api import Api


def diagnose(api: Api, *, is_live: bool, callback_url: str, webhook_url: str, now: datetime) -> list[Diagnosis]:
    """See ``PaymentGateway.diagnose``. ``callback_url``: where messages are asked to go, with each charge."""
    about = Words(_("Token and merchant id"))
    look = Words(_("Look at PAYMASTER_TOKEN and PAYMASTER_MERCHANT_ID, and at what the token may do."))
    try:
        list(api.listed("payments", since=now - timedelta(minutes=1), until=now))
    except Unavailable as exc:
        found = Words(_("It does not answer: %(problem)s."), {"problem": exc.message})
        return [
            Diagnosis("connection", Words("PayMaster"), Verdict.FAULT, found, Words(_("Try again later."))),
        ]
    except (ConfigurationError, GatewayError) as refusal:
        return [Diagnosis("key", about, Verdict.FAULT, Words("%(refusal)s.", {"refusal": refusal}), look)]
    live = _("PayMaster knows them. Mode: live, money is real.")
    test = _("PayMaster knows them. Mode: test, no money is real.")
    return [
        Diagnosis("key", about, Verdict.OK, Words(live if is_live else test)),
        _callbacks(callback_url, webhook_url),
    ]


def _callbacks(callback_url: str, webhook_url: str) -> Diagnosis:
    about = Words(_("Callbacks"))
    values: dict[str, object] = {"address": callback_url, "webhook": webhook_url}
    if callback_url == webhook_url:
        sent = _("PayMaster is told with each charge to send them to %(address)s. Each is only a reason to ask it.")
        return Diagnosis("webhook", about, Verdict.OK, Words(sent, values))
    return Diagnosis(
        "webhook", about, Verdict.FAULT, Words(_("They go to %(address)s, not to %(webhook)s."), values),
        Words(_("Look at SITE_URL.")),
    )  # fmt: skip
