"""Where Stripe sends its messages, and whether the shop can read all it needs to hear.

https://docs.stripe.com/webhooks and https://docs.stripe.com/api/webhook_endpoints. Destinations of thin events belong
to another API and are not among these; the shop reads snapshot events.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from storefront.gateways.errors import MissingRight
from storefront.gateways.payments.diagnosis import Diagnosis, Verdict, Words
from storefront.gateways.payments.diagnosis import gettext_noop as _
from storefront.gateways.payments.stripe.failures import translated
from storefront.gateways.payments.stripe.webhooks import NEEDED_EVENTS

if TYPE_CHECKING:
    import stripe

DASHBOARD = "https://dashboard.stripe.com/webhooks"
#: Stripe signs with two secrets while one of them is rolled, for at most a day.
MOST_SECRETS = 2


def diagnose(client: stripe.StripeClient, *, webhook_url: str, secrets: Sequence[str]) -> Iterator[Diagnosis]:
    """Address, status, events and API version of the endpoint, and how many secrets it takes to read it.

    A right that is missing is another's finding: then nothing is said here.
    """
    try:
        with translated():
            every = list(client.v1.webhook_endpoints.list(params={"limit": 100}).auto_paging_iter())
    except MissingRight:
        return
    ours = [each for each in every if each.url == webhook_url]
    working = [each for each in ours if each.status == "enabled"]
    yield _address(webhook_url, every, ours, working)
    if working:
        yield _events(working)
        yield from (_version(each) for each in working)
        yield _secrets(working, secrets)


def version_to_use() -> str:
    """The API version of the installed package, which an endpoint is made with."""
    import stripe

    return stripe.api_version


def _address(webhook_url: str, every: Sequence[Any], ours: Sequence[Any], working: Sequence[Any]) -> Diagnosis:
    subject = Words(_("Webhook endpoint"))
    if working:
        return Diagnosis("endpoint", subject, Verdict.OK, Words(_("%(url)s is enabled."), {"url": webhook_url}))
    if ours:
        return Diagnosis(
            "endpoint",
            subject,
            Verdict.FAULT,
            Words(_("%(url)s is disabled: Stripe does so after days of failures."), {"url": webhook_url}),
            Words(
                _("Enable it at %(dashboard)s; messages of the meantime are looked up by the shop itself."),
                {"dashboard": DASHBOARD},
            ),
        )
    near = next((each.url for each in every if urlsplit(each.url).hostname == urlsplit(webhook_url).hostname), "")
    none, another = _("No endpoint sends to %(url)s."), _("No endpoint sends to %(url)s (%(near)s is another address).")
    make = _(
        "Make one at %(dashboard)s: this address, API version %(version)s, payload style snapshot, and the events "
        "%(events)s. Put its secret into STRIPE_WEBHOOK_SECRETS."
    )
    return Diagnosis(
        "endpoint",
        subject,
        Verdict.FAULT,
        Words(another if near else none, {"url": webhook_url, "near": near}),
        Words(make, {"dashboard": DASHBOARD, "version": version_to_use(), "events": ", ".join(NEEDED_EVENTS)}),
    )


def _events(working: Sequence[Any]) -> Diagnosis:
    enabled = {event for each in working for event in each.enabled_events}
    missing = [event for event in NEEDED_EVENTS if event not in enabled and "*" not in enabled]
    subject = Words(_("Webhook events"))
    if missing:
        return Diagnosis(
            "events",
            subject,
            Verdict.FAULT,
            Words(_("The endpoint is not told of %(events)s."), {"events": ", ".join(missing)}),
            Words(_("Add what is missing at %(dashboard)s."), {"dashboard": DASHBOARD}),
        )
    return Diagnosis("events", subject, Verdict.OK, Words(_("All that are needed are enabled.")))


def _version(endpoint: Any) -> Diagnosis:
    """Monthly versions of one name differ in nothing that breaks (https://docs.stripe.com/api/versioning)."""
    code, subject, needed = "version", Words(_("Webhook API version")), version_to_use()
    remedy = Words(
        _("Make another endpoint with %(version)s, add its secret to STRIPE_WEBHOOK_SECRETS, then delete the old one."),
        {"version": needed},
    )
    if endpoint.api_version is None:
        finding = Words(_("The endpoint follows the account's default version, which may change."))
        return Diagnosis(code, subject, Verdict.WARNING, finding, remedy)
    if endpoint.api_version.partition(".")[2] != needed.partition(".")[2]:
        other = Words(_("The endpoint's is %(has)s, not %(needs)s."), {"has": endpoint.api_version, "needs": needed})
        return Diagnosis(code, subject, Verdict.FAULT, other, remedy)
    return Diagnosis(code, subject, Verdict.OK, Words(f"{endpoint.api_version}."))


def _secrets(working: Sequence[Any], secrets: Sequence[str]) -> Diagnosis:
    """Stripe shows a secret to nobody again, so only their number can be compared."""
    subject = Words(_("Webhook secrets"))
    if len(set(secrets)) < len(working):
        return Diagnosis(
            "secrets",
            subject,
            Verdict.FAULT,
            Words(
                _("Endpoints that send to this address: %(count)s; secrets in STRIPE_WEBHOOK_SECRETS: %(secrets)s."),
                {"count": len(working), "secrets": len(set(secrets))},
            ),
            Words(
                _("Delete the endpoint that is too much at %(dashboard)s, or add its secret."),
                {"dashboard": DASHBOARD},
            ),
        )
    finding = Words(_("There are enough. Stripe tells nobody what they are: 'payments doctor --deliver' tries them."))
    return Diagnosis("secrets", subject, Verdict.OK, finding)
