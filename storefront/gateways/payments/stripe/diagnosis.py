"""Whether Stripe is set up as the shop needs it: asked of Stripe itself, without changing anything there.

Rights are found out by asking: Stripe looks at the key's rights before it looks for the object, so what writes is asked
about objects that do not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from storefront.gateways.errors import ConfigurationError, Declined, MissingRight, NotFound, Unavailable
from storefront.gateways.payments.diagnosis import Diagnosis, Verdict, Words
from storefront.gateways.payments.diagnosis import gettext_noop as _
from storefront.gateways.payments.stripe import endpoints, permissions
from storefront.gateways.payments.stripe.failures import translated
from storefront.gateways.payments.stripe.permissions import Right

if TYPE_CHECKING:
    import stripe

#: Seconds that our clock may differ: the margin of a pay page's closing time is a minute (``sessions.SHORTEST_STAY``).
MOST_SKEW = 60
KEY, CLOCK = _("API key"), _("Clock")
NOBODY = "none"  # end of an id that names nothing


def diagnose(
    client: stripe.StripeClient,
    *,
    is_live: bool,
    secrets: Sequence[str],
    webhook_url: str,
    is_thorough: bool,
    now: Callable[[], datetime],
) -> list[Diagnosis]:
    """See ``PaymentGateway.diagnose``."""
    found: list[Diagnosis] = []
    try:
        for each in _looks(client, is_live, secrets, webhook_url, is_thorough, now):
            found.append(each)
    except Unavailable as exc:
        found.append(
            Diagnosis(
                "connection",
                Words("Stripe"),
                Verdict.FAULT,
                Words(_("It does not answer: %(problem)s."), {"problem": exc.message}),
                Words(_("Try again later.")),
            )
        )
    return found


def warnings(api_key: str, secrets: Sequence[str]) -> list[Diagnosis]:
    """See ``PaymentGateway.warnings``."""
    found = []
    if api_key.startswith("sk_live_"):
        found.append(
            Diagnosis(
                "key",
                Words("STRIPE_API_KEY"),
                Verdict.WARNING,
                Words(_("It is a secret key, which may do everything with the account.")),
                Words(_("A restricted one is enough: %(url)s"), {"url": permissions.new_key_url(is_live=True)}),
            )
        )
    if len(secrets) > endpoints.MOST_SECRETS or len(set(secrets)) < len(secrets):
        found.append(
            Diagnosis(
                "secrets",
                Words("STRIPE_WEBHOOK_SECRETS"),
                Verdict.WARNING,
                Words(_("It holds %(count)s, some of which are old or twice there."), {"count": len(secrets)}),
                Words(_("Keep one for each endpoint, and the former one for a day while it is rolled.")),
            )
        )
    return found


def _looks(
    client: stripe.StripeClient,
    is_live: bool,
    secrets: Sequence[str],
    webhook_url: str,
    is_thorough: bool,
    now: Callable[[], datetime],
) -> Iterator[Diagnosis]:
    try:
        headers = _first_answer(client)
    except ConfigurationError as refusal:
        yield Diagnosis(
            "key",
            Words(KEY),
            Verdict.FAULT,
            Words("%(refusal)s.", {"refusal": refusal}),
            Words(
                _("Put a key of your account into STRIPE_API_KEY: %(url)s"),
                {"url": permissions.new_key_url(is_live=is_live)},
            ),
        )
        return
    live, test = _("Stripe knows it. Mode: live, money is real."), _("Stripe knows it. Mode: test, no money is real.")
    yield Diagnosis("key", Words(KEY), Verdict.OK, Words(live if is_live else test))
    for right, ask in _questions(client, is_thorough).items():
        yield _right(right, ask)
    yield from endpoints.diagnose(client, webhook_url=webhook_url, secrets=secrets)
    yield _clock(headers, now())


def _first_answer(client: stripe.StripeClient) -> Mapping[str, str]:
    """The headers of some answer. Raises ConfigurationError if the key itself is refused."""
    try:
        with translated():
            page = client.v1.checkout.sessions.list(params={"limit": 1})
            return dict(page.last_response.headers) if page.data is not None and page.last_response else {}
    except MissingRight as refusal:
        return dict(getattr(refusal.__cause__, "headers", None) or {})


def _questions(client: stripe.StripeClient, is_thorough: bool) -> dict[Right, Callable[[], Any]]:
    """One call for each right that is needed."""
    v1 = client.v1
    reads: dict[str, Callable[[], Any]] = {
        "payment_intent_write": lambda: v1.payment_intents.list(params={"limit": 1}).data,
        "customer_write": lambda: v1.customers.list(params={"limit": 1}).data,
        "setup_intent_write": lambda: v1.setup_intents.list(params={"limit": 1}).data,
        "payment_method_write": lambda: v1.payment_methods.list(params={"limit": 1}).data,
        "dispute_read": lambda: v1.disputes.list(params={"limit": 1}).data,
        "balance_transaction_source_read": lambda: (
            v1.balance_transactions.list(params={"limit": 1, "expand": ["data.source"]}).data
        ),
        "webhook_read": lambda: v1.webhook_endpoints.list(params={"limit": 1}).data,
        "checkout_session_write": lambda: v1.checkout.sessions.list(params={"limit": 1}).data,
        "charge_write": lambda: v1.charges.list(params={"limit": 1}).data,
    }
    writes: dict[str, Callable[[], Any]] = {
        "checkout_session_write": lambda: v1.checkout.sessions.expire(f"cs_test_{NOBODY}"),
        "charge_write": lambda: v1.refunds.create(params={"payment_intent": f"pi_{NOBODY}"}),
        "payment_intent_write": lambda: v1.payment_intents.cancel(f"pi_{NOBODY}"),
        "customer_write": lambda: v1.customers.update(f"cus_{NOBODY}"),
        "setup_intent_write": lambda: v1.setup_intents.cancel(f"seti_{NOBODY}"),
        "payment_method_write": lambda: v1.payment_methods.detach(f"pm_{NOBODY}"),
    }
    asked = reads | writes if is_thorough else reads
    return {right: asked[right.name] for right in permissions.NEEDED}


def _right(right: Right, ask: Callable[[], Any]) -> Diagnosis:
    subject = Words(_("Right %(right)s"), {"right": right})
    try:
        with translated():
            ask()
    except (NotFound, Declined):
        pass  # it may be asked: what was named does not exist
    except MissingRight as refusal:
        return Diagnosis(
            f"right:{refusal.right}",
            subject,
            Verdict.FAULT,
            Words(
                _("The key lacks %(right)s, needed to %(purpose)s."),
                {"right": refusal.right, "purpose": Words(right.purpose)},
            ),
            Words(_("Give it to the key at https://dashboard.stripe.com/apikeys.")),
        )
    return Diagnosis(f"right:{right}", subject, Verdict.OK, Words(_("The key has it.")))


def _clock(headers: Mapping[str, str], now: datetime) -> Diagnosis:
    """By the hour of Stripe's answer (``Date``, whole seconds)."""
    told = {name.lower(): value for name, value in headers.items()}.get("date", "")
    try:
        skew = round((now - parsedate_to_datetime(told)).total_seconds())
    except ValueError:
        unknown = Words(_("Stripe's answer does not say what time it is."))
        return Diagnosis("clock", Words(CLOCK), Verdict.WARNING, unknown)
    if abs(skew) > MOST_SKEW:
        ahead = _("This machine's clock is %(seconds)s s ahead of Stripe's: pay pages and messages are refused.")
        behind = _("This machine's clock is %(seconds)s s behind Stripe's: pay pages and messages are refused.")
        return Diagnosis(
            "clock",
            Words(CLOCK),
            Verdict.FAULT,
            Words(ahead if skew > 0 else behind, {"seconds": abs(skew)}),
            Words(_("Set the clock by NTP.")),
        )
    return Diagnosis("clock", Words(CLOCK), Verdict.OK, Words(_("It agrees with Stripe's.")))
