"""Where Stripe sends its messages, and whether the shop can read all it needs to hear.

https://docs.stripe.com/webhooks and https://docs.stripe.com/api/webhook_endpoints. Destinations of thin events belong
to another API and are not among these; the shop reads snapshot events.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from storefront.gateways.errors import MissingRight
from storefront.gateways.payments.diagnosis import Diagnosis, Verdict
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
    subject = "Webhook endpoint"
    if working:
        return Diagnosis("endpoint", subject, Verdict.OK, f"{webhook_url} is enabled.")
    if ours:
        return Diagnosis(
            "endpoint",
            subject,
            Verdict.FAULT,
            f"{webhook_url} is disabled: Stripe does so after days of failures.",
            f"Enable it at {DASHBOARD}; messages of the meantime are looked up by the shop itself.",
        )
    near = next((each.url for each in every if urlsplit(each.url).hostname == urlsplit(webhook_url).hostname), "")
    return Diagnosis(
        "endpoint",
        subject,
        Verdict.FAULT,
        f"No endpoint sends to {webhook_url}{f' ({near} is another address)' if near else ''}.",
        f"Make one at {DASHBOARD}: this address, API version {version_to_use()}, payload style snapshot, and the "
        f"events {', '.join(NEEDED_EVENTS)}. Put its secret into STRIPE_WEBHOOK_SECRETS.",
    )


def _events(working: Sequence[Any]) -> Diagnosis:
    enabled = {event for each in working for event in each.enabled_events}
    missing = [event for event in NEEDED_EVENTS if event not in enabled and "*" not in enabled]
    if missing:
        return Diagnosis(
            "events",
            "Webhook events",
            Verdict.FAULT,
            f"The endpoint is not told of {', '.join(missing)}.",
            f"Add {'it' if len(missing) == 1 else 'them'} at {DASHBOARD}.",
        )
    return Diagnosis("events", "Webhook events", Verdict.OK, "All that are needed are enabled.")


def _version(endpoint: Any) -> Diagnosis:
    """Monthly versions of one name differ in nothing that breaks (https://docs.stripe.com/api/versioning)."""
    code, subject, needed = "version", "Webhook API version", version_to_use()
    remedy = f"Make another endpoint with {needed}, add its secret to STRIPE_WEBHOOK_SECRETS, then delete the old one."
    if endpoint.api_version is None:
        finding = "The endpoint follows the account's default version, which may change."
        return Diagnosis(code, subject, Verdict.WARNING, finding, remedy)
    if endpoint.api_version.partition(".")[2] != needed.partition(".")[2]:
        return Diagnosis(
            code, subject, Verdict.FAULT, f"The endpoint's is {endpoint.api_version}, not {needed}.", remedy
        )
    return Diagnosis(code, subject, Verdict.OK, f"{endpoint.api_version}.")


def _secrets(working: Sequence[Any], secrets: Sequence[str]) -> Diagnosis:
    """Stripe shows a secret to nobody again, so only their number can be compared."""
    subject = "Webhook secrets"
    if len(set(secrets)) < len(working):
        return Diagnosis(
            "secrets",
            subject,
            Verdict.FAULT,
            f"{len(working)} endpoints send to this address, and STRIPE_WEBHOOK_SECRETS holds {len(set(secrets))}.",
            f"Delete the endpoint that is too much at {DASHBOARD}, or add its secret.",
        )
    finding = "There are enough. Stripe tells nobody what they are: 'payments doctor --deliver' tries them."
    return Diagnosis("secrets", subject, Verdict.OK, finding)
