"""The vendor's rules for applications of its market, as far as the shop itself has to keep them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import serializers
from django.db import DatabaseError

from catalogue.plans.models import Period
from catalogue.plans.publishing import publish
from storefront.core import clock
from storefront.gateways.bitrix24.exchanges import masked
from storefront.inbox.models import InboundEvent
from storefront.licensing.models import Installation, InstallationHost, License, PortalExchange
from storefront.licensing.retention import clear_exchanges
from tests.licensing.conftest import Portals, make_invoice, paid
from tests.licensing.test_pages_in_portal import fresh, text

Buy = Callable[..., License]
Run = Callable[[], int]


def uninstall(portals: Portals, run_jobs: Run, *, clean: bool) -> None:
    """An administrator removes the app; CLEAN says whether its data is to be deleted."""
    portals.stand_in.uninstall("acme", "yeastar-s", clean=clean)
    assert set(portals.deliver()) == {200}
    run_jobs()


@pytest.fixture
def in_use(portals: Portals, run_jobs: Run) -> Portals:
    """Acme has the app, and we have been told so in every way."""
    portals.stand_in.install("acme", "yeastar-s")
    portals.deliver()
    portals.open()
    run_jobs()
    return portals


# Uninstalling


def test_clean_uninstall_deletes_tokens_people_and_messages(in_use: Portals, buy: Buy, run_jobs: Run) -> None:
    license = buy(portal=in_use.host())
    run_jobs()
    before = Installation.objects.get()
    secrets = [before.access_token, before.refresh_token, before.application_token]
    assert all(secrets)
    uninstall(in_use, run_jobs, clean=True)
    after = Installation.objects.get()
    assert (after.access_token, after.refresh_token, after.application_token) == (None, None, None)
    assert (after.admin_user_id, after.scope, after.told_state, after.is_installed) == ("", "", "", False)
    assert not InstallationHost.objects.exists()
    assert {event.payload for event in InboundEvent.objects.all()} == {None}
    assert (fresh(license).status, fresh(license).member_id) == ("active", "a" * 32)  # what was bought stays bought


def test_clean_uninstall_of_an_unlicensed_portal_leaves_nothing_of_it(
    in_use: Portals, product: Any, run_jobs: Run
) -> None:
    uninstall(in_use, run_jobs, clean=True)
    assert not Installation.objects.exists()


def test_plain_uninstall_keeps_what_the_app_needs_to_come_back(in_use: Portals, product: Any, run_jobs: Run) -> None:
    token = Installation.objects.get().application_token
    uninstall(in_use, run_jobs, clean=False)
    after = Installation.objects.get()
    assert (after.application_token, after.access_token, after.is_installed) == (token, None, False)
    assert InstallationHost.objects.exists()


def test_license_works_again_when_the_app_comes_back_after_all(in_use: Portals, buy: Buy, run_jobs: Run) -> None:
    license = buy(portal=in_use.host())
    uninstall(in_use, run_jobs, clean=True)
    in_use.stand_in.install("acme", "yeastar-s")
    in_use.deliver()
    run_jobs()
    assert "The license works in" in text(in_use.open())
    assert fresh(license).status == "active" and Installation.objects.get().access_token


def test_clean_uninstall_is_heeded_though_the_removal_was_noticed_before(
    in_use: Portals, buy: Buy, run_jobs: Run
) -> None:
    license = buy(portal=in_use.host())
    in_use.stand_in.uninstall("acme", "yeastar-s", clean=True)
    run_jobs()  # the notice of the license finds the app removed
    assert not Installation.objects.get().is_installed
    assert set(in_use.deliver()) == {200}
    run_jobs()
    assert Installation.objects.get().application_token is None
    assert fresh(license).status == "active"


def test_clean_uninstall_that_comes_late_deletes_nothing_of_the_app_that_is_back(
    in_use: Portals, buy: Buy, run_jobs: Run
) -> None:
    buy(portal=in_use.host())
    in_use.stand_in.uninstall("acme", "yeastar-s", clean=True)
    in_use.stand_in.events.wait()
    late, _ = in_use.events[-1]
    in_use.stand_in.install("acme", "yeastar-s")
    in_use.open()
    assert in_use.replay(late) == 200
    run_jobs()
    after = Installation.objects.get()
    assert after.is_installed and after.access_token and after.application_token


# The log


def test_every_request_and_answer_is_logged_without_secrets_and_names(in_use: Portals, buy: Buy, run_jobs: Run) -> None:
    buy(portal=in_use.host())
    in_use.stand_in.advance(3700)
    run_jobs()
    logged = set(PortalExchange.objects.values_list("method", flat=True))
    assert {"app.info", "profile", "oauth/token", "app.option.set", "event.bind", "im.notify.system.add"} <= logged
    asked = [request for request in in_use.stand_in.requests if request["role"] in ("oauth", "portal")]
    assert PortalExchange.objects.count() == len(asked)
    [profile] = PortalExchange.objects.filter(method="profile")[:1]
    assert profile.host == in_use.host() and profile.status == 200
    assert profile.answer["result"] == {"ID": "1", "ADMIN": True, "NAME": "***", "LAST_NAME": ""}
    everything = serializers.serialize("json", PortalExchange.objects.all())
    held = [secret for token in in_use.stand_in.world.tokens for secret in (token.access, token.refresh)]
    held += in_use.stand_in.portal("acme").application_tokens.values()
    held += [app.client_secret for app in in_use.stand_in.world.apps.values()]
    assert len(held) > 5 and [secret for secret in held if secret in everything] == []


@pytest.mark.parametrize(
    ("fault", "status", "reason"),
    [("query_limit", 503, ""), ("html", 502, "not_json"), ("malformed", 200, "not_json"), ("drop", 0, "network")],
)
def test_answers_that_are_none_are_logged_too(
    portals: Portals, product: Any, fault: str, status: int, reason: str
) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    portals.stand_in.fault("profile", fault)
    portals.open()
    logged = PortalExchange.objects.get(method="profile")
    assert (logged.status, logged.fault) == (status, reason)


def test_answer_that_repeats_the_token_hides_it() -> None:
    token = "0123456789abcdef" * 4
    answer = {"error": "NO_AUTH", "error_description": f"token {token} is dead", "list": [{"AUTH_ID": "short"}, token]}
    assert token not in json.dumps(masked(answer)) and "short" not in json.dumps(masked(answer))
    assert masked(answer)["error"] == "NO_AUTH"


def test_log_is_kept_three_days(in_use: Portals, product: Any, settings: Any) -> None:
    kept = PortalExchange.objects.count()
    with time_machine.travel(clock.now() + timedelta(days=2, hours=23)):
        assert clear_exchanges() == 0
    with time_machine.travel(clock.now() + timedelta(days=3, hours=1)):
        assert clear_exchanges() == kept > 0
    assert settings.JOBS["clear-exchanges"]["every"] <= 24 * 3600


def test_log_that_cannot_be_written_stops_no_call(
    portals: Portals, product: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**fields: Any) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(PortalExchange.objects, "create", fail)
    portals.stand_in.install("acme", "yeastar-s")
    assert portals.open().status_code == 200
    assert Installation.objects.get().is_host_proven


# Inside the frame


def test_frame_tells_the_price_of_one_more_period_and_compares_nothing(
    portals: Portals, shop: Any, customer: Any
) -> None:
    """https://apidocs.bitrix24.com/market/preparing-to-publish/common-requirements.html: no promotions or discounts of
    buying from the partner."""
    Period.objects.filter(months=12).update(discount_percent=20)
    publish(shop.software)
    paid(make_invoice(customer, shop.software, portal=portals.host(), months=12))
    portals.stand_in.install("acme", "yeastar-s")
    page = text(portals.open(options={"tab": "payment"}))
    assert "€96.00" in page
    assert not re.search(r"%|<s\b|<del\b|[Ss]ave |[Dd]iscount|instead of|cheaper|120\.00", page.partition("<body")[2])
