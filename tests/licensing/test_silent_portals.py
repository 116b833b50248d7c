"""Portals that do not say who they are: for a moment, for long, or never. Nobody loses what they paid for by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from storefront.core import clock
from storefront.licensing.bitrix24.confirmation import MAX_QUESTIONS, ask_again
from storefront.licensing.bitrix24.linking import link_waiting
from storefront.licensing.models import Installation, License
from storefront.licensing.queries import link_state
from storefront.licensing.services.renewals import begin_periods
from storefront.notifications.models import OutboxMessage
from tests.licensing.conftest import Portals
from tests.licensing.test_pages_in_portal import fresh, text

Buy = Callable[..., License]

#: Answers of ``profile`` that are neither yes nor no.
NO_ANSWER = [
    "query_limit", "rate_limit", "overload", "server_error", "html", "malformed", "huge", "drop", "forbidden",
    "no_access", "insufficient_scope", "deleted",
]  # fmt: skip


def due() -> Any:
    """At the moment of the next question."""
    installation = Installation.objects.get()
    assert installation.ask_at
    return time_machine.travel(installation.ask_at + timedelta(seconds=1), tick=True)


# Installing


@pytest.mark.parametrize("fault", NO_ANSWER)
def test_installing_does_not_depend_on_one_answer(portals: Portals, buy: Buy, settings: Any, fault: str) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s", finish=False)
    portals.stand_in.fault("profile", fault)
    page = text(portals.open(to_installer=True))
    assert settings.BITRIX24_JS_URL in page and "Only an administrator can install" not in page
    assert "has not confirmed its address to us yet. We ask it again" in page
    installation = Installation.objects.get()
    assert (installation.is_installed, installation.is_host_proven) == (True, False)
    assert fresh(license).status == "pending"
    portals.stand_in.finish("acme", "yeastar-s")
    with due():
        assert ask_again() == 1
    installation.refresh_from_db()
    assert (installation.is_host_proven, installation.admin_user_id, installation.ask_at) == (True, "1", None)
    assert fresh(license).status == "active"


def test_slow_portal_keeps_nobody_from_installing(portals: Portals, product: Any, settings: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s", finish=False)
    portals.stand_in.fault("profile", "slow", seconds=20)
    assert settings.BITRIX24_JS_URL in text(portals.open(to_installer=True))
    assert Installation.objects.get().is_installed


def test_employee_is_refused_by_the_portals_own_word_alone(portals: Portals, product: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s", finish=False)
    assert "Only an administrator can install" in text(portals.open(user=2, to_installer=True))
    assert not Installation.objects.get().is_installed
    assert "Only an administrator can install" not in text(portals.open(to_installer=True))


def test_what_was_not_known_of_one_is_never_a_no_for_others(portals: Portals, buy: Buy) -> None:
    buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    portals.stand_in.fault("profile", "query_limit")
    unknown = text(portals.open())
    assert "did not tell us whether you are its administrator" in unknown
    assert "An administrator of your Bitrix24 can extend" not in unknown
    assert "Extend</a>" in text(portals.open())


def test_the_same_page_asks_again_after_a_limit_was_reached(portals: Portals, buy: Buy) -> None:
    buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    portals.stand_in.fault("profile", "query_limit")
    launch = portals.launch()
    assert "Extend</a>" not in text(portals.post(launch))
    assert "Extend</a>" in text(portals.post(launch))


def test_keys_of_somebody_unknown_replace_no_administrators(portals: Portals, product: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    before = Installation.objects.get()
    portals.stand_in.fault("profile", "query_limit")
    portals.open(user=2)
    after = Installation.objects.get()
    assert (after.access_token, after.application_token, after.admin_user_id) == (
        before.access_token, before.application_token, "1",
    )  # fmt: skip


# Asking again


def test_keys_that_turn_out_to_be_an_employees_are_forgotten(portals: Portals, buy: Buy) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    portals.stand_in.fault("profile", "query_limit")
    portals.open(user=2)
    with due():
        ask_again()
    installation = Installation.objects.get()
    assert (installation.access_token, installation.ask_at, installation.is_host_proven) == (None, None, True)
    assert fresh(license).status == "active"  # the portal has answered at its address, whoever asked


def test_gaps_grow_and_end(portals: Portals, product: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    portals.stand_in.fault("profile", "forbidden", times=-1)
    portals.open()
    gaps = []
    while (at := Installation.objects.get().ask_at) is not None:
        with time_machine.travel(at, tick=False):
            assert ask_again() == 0
            assert ask_again() == 0  # not due any more
        following = Installation.objects.get().ask_at
        if following:
            gaps.append(following - at)
    assert len(gaps) == MAX_QUESTIONS - 1
    assert gaps == sorted(gaps) and gaps[0] < timedelta(minutes=3) and gaps[-1] == timedelta(days=7)


def test_answers_that_end_the_asking(portals: Portals, product: Any) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    portals.stand_in.fault("profile", "query_limit")
    portals.open()
    portals.stand_in.uninstall("acme", "yeastar-s")
    with due():
        ask_again()
    installation = Installation.objects.get()
    assert (installation.is_installed, installation.ask_at, installation.access_token) == (False, None, None)


def test_old_keys_are_renewed_to_ask(portals: Portals, buy: Buy) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    portals.stand_in.fault("profile", "query_limit")
    portals.open()
    portals.stand_in.advance(3700)
    with due():
        assert ask_again() == 1
    assert portals.calls("/oauth/token") == 1
    assert (fresh(license).status, Installation.objects.get().admin_user_id) == ("active", "1")


# Cloud portals are proven by the authorization server's own record


@pytest.mark.parametrize("zone", ["com", "com.br", "uz"])
def test_cloud_portal_without_rest_gets_its_license(portals: Portals, buy: Buy, offline: list[str], zone: str) -> None:
    license = buy(portal=f"acme.bitrix24.{zone}")
    portals.stand_in.install("acme", "yeastar-s")
    portals.stand_in.register_as("acme", f"acme.bitrix24.{zone}")
    assert portals.open().status_code == 200
    assert offline == [f"acme.bitrix24.{zone}"]
    license = fresh(license)
    assert (license.status, license.member_id) == ("active", "a" * 32)


@pytest.mark.parametrize("host", ["crm.acme.de", "acme.bitrix24.se", "acme.bitrix24.cloud"])
def test_name_that_anybody_may_hold_proves_nothing_by_itself(
    portals: Portals, buy: Buy, offline: list[str], host: str, make_customer: Any
) -> None:
    license = buy(portal=host)
    portals.stand_in.install("acme", "yeastar-s")
    portals.stand_in.register_as("acme", host)
    portals.open()
    assert (fresh(license).status, Installation.objects.get().is_host_proven) == ("pending", False)


def test_cloud_address_that_denies_the_token_is_not_proven_by_the_record(
    portals: Portals, buy: Buy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another portal answers there: the record is of a box that has reported somebody else's address."""
    from storefront.gateways.bitrix24 import Bitrix24Client, InvalidToken

    def deny(self: Any, host: str, access_token: str) -> Any:
        raise InvalidToken("profile: NO_AUTH_FOUND (HTTP 401)", code="NO_AUTH_FOUND")

    monkeypatch.setattr(Bitrix24Client, "profile", deny)
    license = buy(portal="acme.bitrix24.com")
    portals.stand_in.install("acme", "yeastar-s")
    portals.stand_in.register_as("acme", "acme.bitrix24.com")
    assert portals.open().status_code == 200
    assert (fresh(license).status, Installation.objects.get().is_host_proven) == ("pending", False)


# Boxes that nobody can ask


def test_box_inside_a_company_is_shown_its_page_and_never_called(
    portals: Portals, product: Any, offline: list[str]
) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    portals.stand_in.register_as("acme", "portal.firma.local")
    page = text(portals.open())
    assert "No license for portal.firma.local yet" in page and "we link the license by hand" in page
    assert offline == []


def wait_an_hour(portals: Portals) -> None:
    for _ in range(6):
        at = Installation.objects.get().ask_at
        assert at
        with time_machine.travel(at + timedelta(seconds=1)):
            ask_again()
            link_waiting()


def test_customer_and_staff_are_told_once_and_time_stands_still(
    portals: Portals, buy: Buy, run_jobs: Any, mailoutbox: Any, settings: Any
) -> None:
    with time_machine.travel(clock.now() - timedelta(days=20)):
        license = buy(portal=portals.host(), starts_at_payment=True, months=1)
    assert license.begins_by is None  # its time has begun with the payment
    portals.stand_in.install("acme", "yeastar-s")
    portals.stand_in.fault("profile", "forbidden", times=-1)
    opened_at = clock.now()
    portals.open()
    wait_an_hour(portals)
    license = fresh(license)
    assert (license.link_problem, link_state(license).code) == ("host_unproven", "conflict")
    assert "it does not answer our questions" in link_state(license).steps[0]
    assert license.begins_by and opened_at + timedelta(days=30) < license.begins_by < opened_at + timedelta(days=31)
    wait = license.valid_until - license.begins_by
    assert timedelta(days=9) < wait < timedelta(days=12)  # what was left of the month
    with time_machine.travel(opened_at + timedelta(days=1)):
        link_waiting()
        run_jobs()
    told = [(mail.to, mail.subject) for mail in mailoutbox if "could not be linked" in mail.subject]
    staff = [mail for mail in mailoutbox if mail.to == [settings.STAFF_EMAIL] and license.number in mail.subject]
    assert len(told) == len(staff) == 1
    # After the days that the terms name it begins all the same.
    with time_machine.travel(license.begins_by + timedelta(seconds=1)):
        assert begin_periods() == 1
    assert fresh(license).begins_by is None
    # And when the portal answers at last, it works.
    portals.stand_in.faults.clear()
    portals.open()
    assert fresh(license).status == "active"


def test_moment_without_an_answer_troubles_nobody(portals: Portals, buy: Buy) -> None:
    license = buy(portal=portals.host())
    portals.stand_in.install("acme", "yeastar-s")
    portals.stand_in.fault("profile", "query_limit")
    portals.open()
    link_waiting()
    assert fresh(license).link_problem == ""
    assert not OutboxMessage.objects.filter(key__startswith="license_unproven").exists()


@pytest.mark.parametrize("again", ["asked", "visited"])
def test_portal_is_set_up_once_its_administrator_is_known(
    portals: Portals, product: Any, run_jobs: Any, again: str
) -> None:
    """At the installation it allowed nothing: its plan had no REST."""
    portals.stand_in.install("acme", "yeastar-s", finish=False)
    portals.stand_in.set_plan("acme", "free")
    portals.open(to_installer=True)
    portals.stand_in.finish("acme", "yeastar-s")
    run_jobs()
    assert portals.stand_in.portal("acme").installs["yeastar-s"].handlers == []
    portals.stand_in.set_plan("acme", "std")
    if again == "visited":
        portals.open()
    else:
        with due():
            assert ask_again() == 1
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        run_jobs()
    assert len(portals.stand_in.portal("acme").installs["yeastar-s"].handlers) == 2
