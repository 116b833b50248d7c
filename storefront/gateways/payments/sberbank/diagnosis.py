"""Whether Sberbank is set up as the shop needs it, as far as it tells; the rest is to be looked at by hand."""

from __future__ import annotations

from collections.abc import Iterator

from storefront.gateways.errors import ConfigurationError, Declined, NotFound, Unavailable
from storefront.gateways.payments.diagnosis import Diagnosis, Verdict, Words
from storefront.gateways.payments.diagnosis import gettext_noop as _
from storefront.gateways.payments.sberbank.api import Api

#: A number that no order of ours has.
NOBODY = "-"


def diagnose(
    api: Api, *, is_live: bool, is_proven: bool, has_ca: bool, webhook_url: str, is_thorough: bool
) -> list[Diagnosis]:
    """See ``PaymentGateway.diagnose``. ``has_ca``: certificate authorities of their own are set for this bank."""
    about = Words(_("User name and password"))
    try:
        api.order(number=NOBODY)
    except ConfigurationError as refusal:
        to_do = Words(_("Look at SBERBANK_USER_NAME and SBERBANK_PASSWORD: they are those of an API user (…-api)."))
        return [Diagnosis("key", about, Verdict.FAULT, Words("%(refusal)s.", {"refusal": refusal}), to_do)]
    except Unavailable as exc:
        return [_no_answer(exc, has_ca=has_ca)]
    except (Declined, NotFound):
        pass  # it answers, and knows us
    live = _("Sberbank knows them. Mode: live, money is real.")
    test = _("Sberbank knows them. Mode: test, no money is real.")
    found = [Diagnosis("key", about, Verdict.OK, Words(live if is_live else test))]
    return [*found, _callbacks(is_proven, webhook_url), *(_bindings(api) if is_thorough else ())]


def _no_answer(exc: Unavailable, *, has_ca: bool) -> Diagnosis:
    later = Words(_("Try again later."))
    file = Words(
        _("Its hosts show certificates of the Russian national authority: name their file in SBERBANK_CA_FILE.")
    )
    return Diagnosis(
        "connection", Words("Sberbank"), Verdict.FAULT,
        Words(_("It does not answer: %(problem)s."), {"problem": exc.message}), later if has_ca else file,
    )  # fmt: skip


def _callbacks(is_proven: bool, webhook_url: str) -> Diagnosis:
    """The bank cannot be asked where they go."""
    proven = _("They are proven by their checksum. Where they are sent, Sberbank does not tell.")
    unproven = _("They have no checksum that proves them: each is only a reason to ask Sberbank what is the case.")
    ask = _("In the bank's cabinet: address %(webhook)s, all operations, and a checksum, symmetric or asymmetric.")
    return Diagnosis(
        "webhook", Words(_("Callbacks")), Verdict.WARNING, Words(proven if is_proven else unproven),
        Words(ask, {"webhook": webhook_url}),
    )  # fmt: skip


def _bindings(api: Api) -> Iterator[Diagnosis]:
    about = Words(_("Saved cards (bindings)"))
    try:
        api.bindings(NOBODY)
    except ConfigurationError:
        yield Diagnosis(
            "bindings", about, Verdict.WARNING, Words(_("This account may not use them: cards cannot be saved.")),
            Words(_("Ask the bank to permit bindings and recurring payments.")),
        )  # fmt: skip
    except Unavailable as exc:
        yield Diagnosis(
            "bindings", about, Verdict.WARNING, Words(_("It does not answer: %(problem)s."), {"problem": exc.message})
        )
    else:
        yield Diagnosis("bindings", about, Verdict.OK, Words(_("This account may use them.")))
