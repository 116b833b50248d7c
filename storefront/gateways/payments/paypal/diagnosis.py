"""Whether PayPal is set up as the shop needs it: asked of PayPal itself, without changing anything there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from storefront.gateways.errors import ConfigurationError, Declined, MissingRight, NotFound, Unavailable
from storefront.gateways.payments.diagnosis import Diagnosis, Verdict, Words
from storefront.gateways.payments.diagnosis import gettext_noop as _
from storefront.gateways.payments.paypal.client import Client, readable
from storefront.gateways.payments.paypal.webhooks import NEEDED_EVENTS

APPS = "https://developer.paypal.com/dashboard/applications/"
MOST_SKEW = 60  # seconds
_SERVICES = "https://uri.paypal.com/services"
KEY, CLOCK, HOOK = _("API key"), _("Clock"), _("Webhook")


def diagnose(
    client: Client,
    *,
    is_live: bool,
    webhook_ids: Sequence[str],
    webhook_url: str,
    now: Callable[[], datetime],
) -> list[Diagnosis]:
    """See ``PaymentGateway.diagnose``."""
    found: list[Diagnosis] = []
    try:
        for each in _looks(client, is_live, webhook_ids, webhook_url, now):
            found.append(each)
    except Unavailable as exc:
        finding = Words(_("It does not answer: %(problem)s."), {"problem": exc.message})
        found.append(Diagnosis("connection", Words("PayPal"), Verdict.FAULT, finding, Words(_("Try again later."))))
    return found


def _looks(
    client: Client, is_live: bool, webhook_ids: Sequence[str], webhook_url: str, now: Callable[[], datetime]
) -> Iterator[Diagnosis]:
    try:
        granted = client.authorization()
    except ConfigurationError as refusal:
        to_do = Words(_("Put the keys of your REST app into PAYPAL_CLIENT_ID and PAYPAL_CLIENT_SECRET: %(url)s"),
                      {"url": APPS})  # fmt: skip
        yield Diagnosis("key", Words(KEY), Verdict.FAULT, Words("%(refusal)s.", {"refusal": refusal}), to_do)
        return
    live, test = _("PayPal knows it. Mode: live, money is real."), _("PayPal knows it. Mode: test, no money is real.")
    yield Diagnosis("key", Words(KEY), Verdict.OK, Words(live if is_live else test))
    scopes = str(granted.get("scope") or "")
    yield _right(scopes, "disputes/read-seller", "Disputes", Words(_("see the disputes of buyers")))
    # Not every account may have it (https://developer.paypal.com/docs/checkout/save-payment-methods/): no fault then.
    purpose = Words(_("save PayPal accounts for later payments"))
    yield _right(scopes, "vault/payment-tokens/readwrite", "Vault", purpose, lacking=Verdict.WARNING)
    yield from _webhook(client, webhook_ids, webhook_url)
    yield _clock(granted, now())


def _right(scopes: str, scope: str, name: str, purpose: Words, *, lacking: Verdict = Verdict.FAULT) -> Diagnosis:
    subject = Words(_("Right %(right)s"), {"right": name})
    if f"{_SERVICES}/{scope}" in scopes.split():
        return Diagnosis(f"right:{name.lower()}", subject, Verdict.OK, Words(_("The key has it.")))
    return Diagnosis(
        f"right:{name.lower()}",
        subject,
        lacking,
        Words(_("The key lacks %(right)s, needed to %(purpose)s."), {"right": name, "purpose": purpose}),
        Words(_("Switch it on among the features of your app: %(url)s"), {"url": APPS}),
    )


def _webhook(client: Client, webhook_ids: Sequence[str], webhook_url: str) -> Iterator[Diagnosis]:
    """The first of our ids that PayPal knows is looked at."""
    to_do = Words(
        _("Add a webhook for %(address)s to your app and put its id into PAYPAL_WEBHOOK_ID: %(url)s"),
        {"address": webhook_url, "url": APPS},
    )
    hook: Mapping[str, Any] | None = None
    for webhook_id in webhook_ids:
        try:
            hook = client.get(f"/v1/notifications/webhooks/{quote(webhook_id, safe='')}", right="Webhooks")
            break
        except (NotFound, Declined):
            continue
        except MissingRight:
            finding = Words(_("The app may not look at its own webhooks."))
            yield Diagnosis("endpoint", Words(HOOK), Verdict.WARNING, finding)
            return
    if hook is None:
        yield Diagnosis("endpoint", Words(HOOK), Verdict.FAULT, Words(_("PayPal knows none with our id.")), to_do)
        return
    with readable():
        url, events = str(hook["url"]), {str(each["name"]) for each in hook["event_types"]}
    if url != webhook_url:
        finding = Words(_("It leads to %(address)s."), {"address": url})
        yield Diagnosis("endpoint", Words(HOOK), Verdict.FAULT, finding, to_do)
        return
    missing = [] if "*" in events else [name for name in NEEDED_EVENTS if name not in events]
    if missing:
        finding = Words(_("It does not send %(events)s."), {"events": ", ".join(missing)})
        yield Diagnosis(
            "endpoint", Words(HOOK), Verdict.FAULT, finding, Words(_("Subscribe it to these: %(url)s"), {"url": APPS})
        )
        return
    yield Diagnosis("endpoint", Words(HOOK), Verdict.OK, Words(_("It leads here and sends all that is needed.")))


def _clock(granted: Mapping[str, Any], now: datetime) -> Diagnosis:
    """By the hour of PayPal's answer (``Date``, whole seconds)."""
    try:
        skew = round((now - parsedate_to_datetime(str(granted["date"]))).total_seconds())
    except ValueError:
        unknown = Words(_("PayPal's answer does not say what time it is."))
        return Diagnosis("clock", Words(CLOCK), Verdict.WARNING, unknown)
    if abs(skew) > MOST_SKEW:
        wrong = Words(_("This machine's clock and PayPal's differ by %(seconds)s s: messages are refused."),
                      {"seconds": abs(skew)})  # fmt: skip
        return Diagnosis("clock", Words(CLOCK), Verdict.FAULT, wrong, Words(_("Set the clock by NTP.")))
    return Diagnosis("clock", Words(CLOCK), Verdict.OK, Words(_("It agrees with PayPal's.")))
