"""Staff links a license to a portal that cannot prove itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from wagtail import hooks

from storefront.licensing.bitrix24.manual_linking import NotLinkable, installations_for, link_manually
from storefront.licensing.models import Installation, License
from storefront.licensing.queries import link_state
from storefront.users.models import User
from tests.licensing.conftest import Portals, make_product
from tests.licensing.test_pages_in_portal import fresh, text

Buy = Callable[..., License]


@pytest.fixture
def staff(make_customer: Any) -> User:
    person = make_customer("staff@example.com")
    person.user_permissions.add(Permission.objects.get(codename="link_license"))
    return User.objects.get(pk=person.pk)


@pytest.fixture
def box(portals: Portals, product: Any) -> Installation:
    """A box inside a company: its people have opened the app, nobody else can reach it."""
    portals.stand_in.install("acme", "yeastar-s")
    portals.stand_in.register_as("acme", "portal.firma.local")
    portals.open()
    return Installation.objects.get()


def test_license_is_linked_on_a_persons_word_and_the_history_says_whose(
    portals: Portals, box: Installation, buy: Buy, staff: User, run_jobs: Any, mailoutbox: Any
) -> None:
    license = buy(portal="crm.firma.de")
    assert list(installations_for(license)) == [box]
    link_manually(license=license, installation=box, actor=staff, reason=" Asked by phone, ticket 7 ")
    license = fresh(license)
    assert (license.status, license.member_id, license.begins_by) == ("active", "a" * 32, None)
    assert link_state(license).code == "linked"
    event = license.events.get(code="linked_by_hand")
    assert (event.actor, event.detail["reason"]) == (staff, "Asked by phone, ticket 7")
    assert (event.detail["claimed"], event.detail["host"]) == ("crm.firma.de", "portal.firma.local")
    assert "The license works in" in text(portals.open())
    run_jobs()
    assert any("is active in crm.firma.de" in mail.subject for mail in mailoutbox)


def test_next_period_for_the_same_address_goes_to_that_license(
    box: Installation, buy: Buy, staff: User, customer: Any
) -> None:
    license = buy(portal="crm.firma.de")
    link_manually(license=license, installation=box, actor=staff, reason="Asked")
    assert buy(portal="crm.firma.de").pk == license.pk


def test_nobody_links_without_the_right_or_a_reason(box: Installation, buy: Buy, staff: User, customer: Any) -> None:
    license = buy(portal="crm.firma.de")
    with pytest.raises(PermissionDenied):
        link_manually(license=license, installation=box, actor=customer, reason="Mine")
    with pytest.raises(NotLinkable) as refused:
        link_manually(license=license, installation=box, actor=staff, reason="  ")
    assert refused.value.code == "no_reason"
    assert fresh(license).status == "pending" and not license.events.filter(code="linked_by_hand").exists()


def test_what_cannot_be_linked_says_why_and_stays_as_it_is(
    portals: Portals, box: Installation, buy: Buy, staff: User, make_customer: Any
) -> None:
    def refusal(license: License, installation: Installation) -> str:
        with pytest.raises(NotLinkable) as refused:
            link_manually(license=license, installation=installation, actor=staff, reason="Asked")
        return refused.value.code

    license = buy(portal="crm.firma.de")
    other_app = buy(portal="x.firma.de", software=make_product("other", app_code="telegram"))
    assert refusal(other_app, box) == "other_app"
    link_manually(license=license, installation=box, actor=staff, reason="Asked")
    assert refusal(fresh(license), box) == "closed"
    second = buy(portal="crm2.firma.de", customer=make_customer("second@example.com"))
    assert refusal(second, box) == "portal_taken"
    assert fresh(second).events.filter(code="linked_by_hand").count() == 0
    Installation.objects.update(is_installed=False)
    assert refusal(second, Installation.objects.get()) == "removed"


def test_command_shows_the_portals_and_links_to_one(box: Installation, buy: Buy, staff: User, capsys: Any) -> None:
    license = buy(portal="crm.firma.de")
    call_command("link_license", license.number)
    assert f"{'a' * 32}  portal.firma.local  not proven" in capsys.readouterr().out
    wanted = {"portal": "a" * 32, "by": staff.email, "reason": "Asked by phone"}
    with pytest.raises(CommandError, match="no member of staff"):
        call_command("link_license", license.number, **wanted)
    User.objects.filter(pk=staff.pk).update(is_staff=True)
    with pytest.raises(CommandError, match="say why"):
        call_command("link_license", license.number, **wanted | {"reason": ""})
    call_command("link_license", license.number, **wanted)
    assert (fresh(license).status, fresh(license).events.get(code="linked_by_hand").actor) == ("active", staff)
    with pytest.raises(CommandError, match="does not wait"):
        call_command("link_license", license.number, **wanted)


def test_groups_can_be_given_the_right_in_wagtail(db: None) -> None:
    offered = {row.codename for hook in hooks.get_hooks("register_permissions") for row in hook()}
    assert "link_license" in offered
