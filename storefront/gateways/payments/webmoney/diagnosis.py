"""Whether WebMoney is set up as the shop needs it, as far as it tells; the rest is to be looked at by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from storefront.gateways.errors import ConfigurationError, GatewayError, Unavailable
from storefront.gateways.payments.diagnosis import Diagnosis, Verdict, Words
from storefront.gateways.payments.diagnosis import gettext_noop as _
from storefront.gateways.payments.webmoney.api import Api
from storefront.gateways.payments.webmoney.purses import Purse

SETTINGS = "https://merchant.webmoney.ru/conf/purses.asp"


def diagnose(api: Api, purses: Sequence[Purse], *, is_live: bool, webhook_url: str, nobody: int) -> Iterator[Diagnosis]:
    """See ``PaymentGateway.diagnose``: each purse is asked about a payment that nobody made (``nobody``)."""
    for purse in purses:
        yield _purse(api, purse, is_live, nobody)
    yield Diagnosis(
        "webhook", Words(_("Result URL")), Verdict.WARNING, Words(_("WebMoney does not tell where its messages go.")),
        Words(
            _(
                "Look at %(url)s, for each purse: Result URL %(webhook)s, method POST, SHA256, 'Send the parameters in "
                "the preliminary request' on, 'Send the Secret Key' off, 'Allow overriding URLs' on."
            ),
            {"url": SETTINGS, "webhook": webhook_url},
        ),
    )  # fmt: skip


def _purse(api: Api, purse: Purse, is_live: bool, nobody: int) -> Diagnosis:
    subject = Words(_("Purse %(purse)s"), {"purse": purse.number})
    try:
        api.state(purse, nobody)
    except Unavailable as exc:
        found = Words(_("It does not answer: %(problem)s."), {"problem": exc.message})
        return Diagnosis("connection", subject, Verdict.FAULT, found, Words(_("Try again later.")))
    except (ConfigurationError, GatewayError) as refusal:
        return Diagnosis(
            "key", subject, Verdict.FAULT, Words("%(refusal)s.", {"refusal": refusal}),
            Words(_("Copy WMID, purse and Secret Key from %(url)s."), {"url": SETTINGS}),
        )  # fmt: skip
    live = _("WebMoney knows it and its key. Mode: live, money is real.")
    test = _("WebMoney knows it and its key. Mode: test, no money is real.")
    return Diagnosis("key", subject, Verdict.OK, Words(live if is_live else test))
