"""Whether YooKassa is set up as the shop needs it, as far as it tells of itself (``/me``).

https://yookassa.ru/developers/api#me_object. Where notifications go cannot be asked for with a secret key.
"""

from __future__ import annotations

from collections.abc import Iterator

from storefront.gateways.errors import ConfigurationError, GatewayError, Unavailable
from storefront.gateways.json_body import word
from storefront.gateways.payments.diagnosis import Diagnosis, Verdict, Words
from storefront.gateways.payments.diagnosis import gettext_noop as _
from storefront.gateways.payments.yookassa.client import Client, Object, readable
from storefront.gateways.payments.yookassa.notices import NEEDED_EVENTS

KEYS = "https://yookassa.ru/my/merchant/integration/api-keys"
NOTIFICATIONS = "https://yookassa.ru/my/merchant/integration/http-notifications"
KEY, SHOP, RECEIPTS, SAVING = _("Secret key"), _("Account"), _("Receipts (54-FZ)"), _("Saved methods")


def diagnose(client: Client, *, is_live: bool, sends_receipts: bool, webhook_url: str) -> list[Diagnosis]:
    """See ``PaymentGateway.diagnose``."""
    try:
        shop = client.get("me")
        with readable():
            word(shop["account_id"]), word(shop["status"])
    except Unavailable as exc:
        finding = Words(_("It does not answer: %(problem)s."), {"problem": exc.message})
        return [Diagnosis("connection", Words("YooKassa"), Verdict.FAULT, finding, Words(_("Try again later.")))]
    except (ConfigurationError, GatewayError) as refusal:
        to_do = Words(_("Copy shop id and secret key from %(url)s."), {"url": KEYS})
        return [Diagnosis("key", Words(KEY), Verdict.FAULT, Words("%(refusal)s.", {"refusal": refusal}), to_do)]
    return list(_looks(shop, is_live, sends_receipts, webhook_url))


def _looks(shop: Object, is_live: bool, sends_receipts: bool, webhook_url: str) -> Iterator[Diagnosis]:
    live, test = (
        _("YooKassa knows it. Mode: live, money is real."),
        _("YooKassa knows it. Mode: test, no money is real."),
    )
    if (shop.get("test") is not True) == is_live:
        yield Diagnosis("key", Words(KEY), Verdict.OK, Words(live if is_live else test))
    else:
        other = Words(_("YooKassa says of it another mode, live or test, than the key's beginning does."))
        yield Diagnosis(
            "key",
            Words(KEY),
            Verdict.FAULT,
            other,
            Words(_("Copy shop id and secret key from %(url)s."), {"url": KEYS}),
        )
    if shop.get("status") != "enabled":
        yield Diagnosis(
            "account", Words(SHOP), Verdict.FAULT, Words(_("YooKassa takes no payments for it now.")),
            Words(_("Ask YooKassa's support why it is switched off.")),
        )  # fmt: skip
    yield _receipts(shop, sends_receipts)
    yield Diagnosis(
        "webhook", Words(_("Notifications")), Verdict.WARNING,
        Words(_("Its API does not tell where notifications go.")),
        Words(
            _("Look at %(url)s: address %(webhook)s and these events: %(events)s."),
            {"url": NOTIFICATIONS, "webhook": webhook_url, "events": ", ".join(NEEDED_EVENTS)},
        ),
    )  # fmt: skip
    yield _saving(is_live)


def _receipts(shop: Object, sends: bool) -> Diagnosis:
    """A shop that must send receipts is refused every payment without one."""
    told = shop.get("fiscalization")
    wants = told.get("enabled") is True if isinstance(told, dict) else shop.get("fiscalization_enabled") is True
    if wants == sends:
        agrees = (
            _("They are sent, and YooKassa registers them.") if sends else _("None are sent, and YooKassa wants none.")
        )
        return Diagnosis("receipts", Words(RECEIPTS), Verdict.OK, Words(agrees))
    if wants:
        return Diagnosis(
            "receipts", Words(RECEIPTS), Verdict.FAULT,
            Words(_("YooKassa wants a receipt with every payment, and none are sent.")),
            Words(_("Set YOOKASSA_RECEIPTS=true, with the numbers that your accountant tells you.")),
        )  # fmt: skip
    return Diagnosis(
        "receipts", Words(RECEIPTS), Verdict.WARNING,
        Words(_("Receipts are sent, and YooKassa does not say that it registers them.")),
        Words(_("Switch receipts on in YooKassa's account, or set YOOKASSA_RECEIPTS=false.")),
    )  # fmt: skip


def _saving(is_live: bool) -> Diagnosis:
    if not is_live:
        return Diagnosis("saving", Words(SAVING), Verdict.OK, Words(_("A test shop may save and charge them at once.")))
    return Diagnosis(
        "saving", Words(SAVING), Verdict.WARNING,
        Words(_("Its API does not tell whether methods may be saved and charged again.")),
        Words(_("Ask YooKassa's manager to allow autopayments; until then nothing is saved, and buyers pay as usual.")),
    )  # fmt: skip
