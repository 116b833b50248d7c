"""What Stripe itself says of our set-up: every fault is named, with what to do, and nothing is changed by asking."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storefront.gateways.payments.diagnosis import Diagnosis, Verdict
from storefront.gateways.payments.stripe import Gateway
from storefront.gateways.payments.stripe.endpoints import version_to_use
from storefront.gateways.payments.stripe.permissions import NEEDED, named, new_key_url, shown
from storefront.gateways.payments.stripe.webhooks import NEEDED_EVENTS
from storefront.sandbox.stripe import StripeStandIn
from tests.gateways.stripe_types import request_faults

KEY, SECRET = "sk_test_sandbox", "whsec_now"
HOOK = "https://shop.example/hooks/stripe/"
#: what README asks for, row by row
RIGHTS = {
    "checkout_session": "write",
    "charge": "write",
    "payment_intent": "write",
    "customer": "write",
    "setup_intent": "write",
    "payment_method": "write",
    "dispute": "read",
    "balance_transaction_source": "read",
    "webhook": "read",
}
ELSEWHERE = "https://shop.example/stripe/"


@pytest.fixture
def stripe() -> Iterator[StripeStandIn]:
    with StripeStandIn(api_key=KEY) as stand_in:
        stand_in.endpoints.change(url=HOOK, enabled_events=list(NEEDED_EVENTS))
        stand_in.rights.restrict(**RIGHTS)
        yield stand_in
        sent = stand_in.requests()
        assert stand_in.stats() == {"session_creates": 0, "charges": 0, "refunds": 0}
    assert not [fault for each in sent for fault in request_faults(each)]


def gateway(stripe: StripeStandIn, **changes: Any) -> Gateway:
    fields: dict[str, Any] = {"api_key": KEY, "webhook_secrets": [SECRET], "api_base": stripe.base_url}
    return Gateway(**fields | {"max_network_retries": 0, "timeouts": (3.0, 1.0)} | changes)


def diagnosed(stripe: StripeStandIn, *, is_thorough: bool = True, **changes: Any) -> list[Diagnosis]:
    return list(gateway(stripe, **changes).diagnose(webhook_url=HOOK, is_thorough=is_thorough))


def faults(found: list[Diagnosis]) -> dict[str, str]:
    """Code -> finding and remedy of what must be put right."""
    return {each.code: f"{each.finding} {each.remedy}" for each in found if each.verdict is Verdict.FAULT}


def test_what_readme_asks_for_is_enough(stripe: StripeStandIn) -> None:
    found = diagnosed(stripe)
    assert [(each.code, each.verdict) for each in found if each.verdict is not Verdict.OK] == []
    subjects = [each.subject for each in found]
    assert len([each for each in subjects if each.startswith("Right ")]) == len(NEEDED)
    assert {"API key", "Webhook endpoint", "Webhook events", "Webhook API version", "Clock"} <= set(subjects)
    assert "no money is real" in found[0].finding


@pytest.mark.parametrize("is_thorough", [True, False])
@pytest.mark.parametrize("resource", RIGHTS)
def test_each_right_that_is_missing_is_named(stripe: StripeStandIn, resource: str, is_thorough: bool) -> None:
    stripe.rights.restrict(**RIGHTS | {resource: "none"})
    (fault,) = (each for each in diagnosed(stripe, is_thorough=is_thorough) if each.verdict is Verdict.FAULT)
    assert fault.code.startswith("right:") and shown(f"{resource}_read").split(":")[0] in fault.finding
    assert "dashboard.stripe.com/apikeys" in fault.remedy


@pytest.mark.parametrize("resource", [name for name, level in RIGHTS.items() if level == "write"])
def test_reading_alone_is_too_little_where_we_write(stripe: StripeStandIn, resource: str) -> None:
    stripe.rights.restrict(**RIGHTS | {resource: "read"})
    assert list(faults(diagnosed(stripe))) == [f"right:{shown(f'{resource}_write')}"]
    assert faults(diagnosed(stripe, is_thorough=False)) == {}  # only what writes can tell


def test_a_key_that_stripe_does_not_know_ends_the_questions(stripe: StripeStandIn) -> None:
    found = diagnosed(stripe, api_key="sk_test_of_somebody_else")
    assert list(faults(found)) == ["key"] and len(found) == 1
    assert "STRIPE_API_KEY" in found[0].remedy and new_key_url(is_live=False) in found[0].remedy
    assert "somebody_else" not in str(found)


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"url": ELSEWHERE}, "endpoint", ["No endpoint", ELSEWHERE, *NEEDED_EVENTS]),
        ({"url": HOOK.removesuffix("/")}, "endpoint", ["No endpoint", "snapshot", "2026-10-28.endive"]),
        ({"url": ""}, "endpoint", ["No endpoint", HOOK]),
        ({"status": "disabled"}, "endpoint", ["is disabled"]),
        ({"enabled_events": [NEEDED_EVENTS[0]]}, "events", list(NEEDED_EVENTS[1:])),
        ({"api_version": "2026-08-26.dahlia"}, "version", ["2026-08-26.dahlia", "2026-10-28.endive"]),
        ({"api_version": "2019-05-16"}, "version", ["2019-05-16"]),
    ],
)  # fmt: skip
def test_an_endpoint_that_does_not_fit(stripe: StripeStandIn, change: Any, code: str, words: list[str]) -> None:
    stripe.endpoints.change(**change)
    found = faults(diagnosed(stripe))
    assert list(found) == [code]
    assert all(word in found[code] for word in words)


@pytest.mark.parametrize("change", [{"enabled_events": ["*"]}, {"api_version": "2026-09-30.endive"}])
def test_an_endpoint_that_fits_otherwise(stripe: StripeStandIn, change: Any) -> None:
    stripe.endpoints.change(**change)
    assert {each.verdict for each in diagnosed(stripe)} == {Verdict.OK}


def test_a_version_that_the_account_decides_is_a_warning(stripe: StripeStandIn) -> None:
    stripe.endpoints.change(api_version=None)
    assert [each.code for each in diagnosed(stripe) if each.verdict is Verdict.WARNING] == ["version"]


def test_every_endpoint_of_this_address_needs_its_secret(stripe: StripeStandIn) -> None:
    stripe.endpoints.add(url=HOOK, enabled_events=["charge.refunded"])
    stripe.endpoints.add(url="https://other.example/", enabled_events=["charge.refunded"])
    assert list(faults(diagnosed(stripe))) == ["secrets"]
    assert faults(diagnosed(stripe, webhook_secrets=[SECRET, "whsec_other"])) == {}


def test_endpoints_on_later_pages_are_found(stripe: StripeStandIn) -> None:
    for number in range(150):
        stripe.endpoints.add(url=f"https://{number}.example/")
    assert faults(diagnosed(stripe)) == {}


@pytest.mark.parametrize(("seconds", "is_fault"), [(0, False), (50, False), (-50, False), (70, True), (-70, True)])
def test_the_clock_is_compared_with_stripes(stripe: StripeStandIn, seconds: int, is_fault: bool) -> None:
    found = faults(diagnosed(stripe, clock=lambda: datetime.now(UTC) + timedelta(seconds=seconds)))
    assert list(found) == (["clock"] if is_fault else [])
    assert not is_fault or ("ahead of" if seconds > 0 else "behind") in found["clock"]


@pytest.mark.parametrize("kind", ["reset", "html", "hang", "empty"])
@pytest.mark.parametrize("after", [0, 3])
def test_stripe_that_does_not_answer_is_one_fault(stripe: StripeStandIn, kind: str, after: int) -> None:
    paths = ["/v1/checkout/sessions", "/v1/disputes"]
    stripe.fail_next(kind=kind, seconds=3, path=paths[bool(after)])
    found = diagnosed(stripe)
    assert list(faults(found)) == ["connection"] and len(found) > after


@pytest.mark.parametrize(
    ("key", "secrets", "codes"),
    [
        ("rk_live_1", [SECRET], []),
        ("rk_live_1", [SECRET, "whsec_next"], []),
        ("sk_test_1", [SECRET], []),
        ("sk_live_1", [SECRET], ["key"]),
        ("rk_live_1", [SECRET, SECRET], ["secrets"]),
        ("sk_live_1", ["whsec_1", "whsec_2", "whsec_3"], ["key", "secrets"]),
    ],
)
def test_what_the_configuration_shows_by_itself(key: str, secrets: list[str], codes: list[str]) -> None:
    found = Gateway(api_key=key, webhook_secrets=secrets).warnings()
    assert [each.code for each in found] == codes
    assert not [each for each in found if key in str(each) or secrets[0] in str(each)]


@pytest.mark.parametrize(
    ("message", "rights"),
    [
        ("Enabling Charges and Refunds Write ('charge_write') permissions on this key would allow", ["charge_write"]),
        ("Enabling \"Prices Read\" ('plan_read') permissions on this key would allow", ["plan_read"]),
        ("Having the 'rak_checkout_session_read' permission would allow", ["checkout_session_read"]),
        ("The provided key 'rk_test_...4242' may not be used from this address.", []),
    ],
)
def test_stripe_s_sentences_name_the_right(message: str, rights: list[str]) -> None:
    assert named(message) == rights


def test_the_form_for_a_new_key_is_filled_in() -> None:
    url = new_key_url(is_live=True)
    assert url.startswith("https://dashboard.stripe.com/apikeys/create?")
    assert all(f"rak_{right.name}" in url for right in NEEDED)
    assert "/test/apikeys/" in new_key_url(is_live=False)


def test_readme_names_what_is_needed() -> None:
    text = (Path(__file__).resolve().parents[2] / "README.md").read_text()
    section = text[text.index("### Stripe") : text.index("### Mail")]
    assert all(f"| {right.row} | {right.level} | {right.purpose} |" in section for right in NEEDED)
    assert all(f"`{event}`" in section for event in NEEDED_EVENTS)
    assert f"`{version_to_use()}`" in section and new_key_url(is_live=True) in section
