"""Acts of staff on a license: what is previewed happens, is logged, and is told to whom it concerns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from wagtail.models import ModelLogEntry

from storefront.core import clock
from storefront.core.instants import day_of
from storefront.licensing.audit import checks
from storefront.licensing.models import Installation, License
from storefront.notifications.models import OutboxMessage
from tests.backoffice.licenses.conftest import Act, said

pytestmark = pytest.mark.django_db

Buy = Callable[..., License]


@pytest.fixture
def globex(db: None) -> Installation:
    return known("globex.bitrix24.com", "b" * 32)


def known(host: str, member_id: str) -> Installation:
    """A portal that has proven itself, with the app installed."""
    return Installation.objects.create(
        client_id="app.sandbox.yeastar", app_code="yeastar-s", member_id=member_id, host=host, is_installed=True,
        is_host_proven=True,
    )  # fmt: skip


@pytest.fixture
def active(buy: Buy) -> License:
    """A license that works in acme."""
    known("acme.bitrix24.com", "a" * 32)
    license = buy(portal="acme.bitrix24.com")
    assert license.status == "active"
    return license


def fresh(license: License) -> License:
    return License.objects.get(pk=license.pk)


def logged(action: str) -> ModelLogEntry:
    return ModelLogEntry.objects.get(action=action)


def told(license: License) -> list[str]:
    """What the customer was told that staff changed."""
    mails = OutboxMessage.objects.filter(payload__template="license_changed").order_by("pk")
    return [mail.payload["context"]["change"] for mail in mails]


def notices() -> int:
    """Messages to portals."""
    return OutboxMessage.objects.filter(kind="bitrix24.push").count()


def test_days_of_goodwill_come_after_what_was_paid(act: Act, active: License) -> None:
    before, queued = active.valid_until, notices()
    preview = act("extend", active, number="10", unit="days", tell_customer="on")
    assert fresh(active).valid_until == before + timedelta(days=10)
    assert any("It ends on" in sentence for sentence in preview)
    assert "acme.bitrix24.com is told." in preview
    assert told(active) == ["extended"] and notices() == queued + 1
    entry = logged("licenses.extend")
    assert (entry.data["reason"], entry.data["customer"], entry.data["is_told"]) == (
        "Asked by phone", active.customer_id, True,
    )  # fmt: skip
    event = active.events.get(code="goodwill")
    assert (event.actor.email, event.detail["reason"]) == ("owner@staff.example", "Asked by phone")
    assert list(checks()) == []


def test_a_preview_changes_nothing(act: Act, active: License) -> None:
    before = list(OutboxMessage.objects.values_list("pk", flat=True)), active.events.count()
    assert act("extend", active, confirm=False, number="2", unit="months", tell_customer="on")
    assert fresh(active).valid_until == active.valid_until
    assert (list(OutboxMessage.objects.values_list("pk", flat=True)), active.events.count()) == before


def test_the_end_is_set_to_a_day_before_or_after(act: Act, active: License) -> None:
    for days in (40, -40):
        day = day_of(active.valid_until) + timedelta(days=days)
        act("end", active, day=day.isoformat())
        assert fresh(active).valid_until == active.valid_until + timedelta(days=days)
        assert list(checks()) == []
    cut = active.periods.get(kind="cut")
    kept = active.periods.get(kind="bought")
    assert cut.amount > 0 and cut.amount + kept.amount == kept.invoice_line.amount
    assert cut.days == 40 and cut.revoked_at


def test_an_end_that_is_over_is_refused(act: Act, active: License) -> None:
    answer = act("end", active, day=(day_of(clock.now()) - timedelta(days=1)).isoformat())
    assert answer.status_code == 422 and "That day is over" in said(answer)
    assert fresh(active).valid_until == active.valid_until


def test_a_suspended_license_keeps_its_days_and_is_restored(act: Act, active: License) -> None:
    preview = act("suspend", active, time="stands", tell_customer="on")
    suspended = fresh(active)
    assert (suspended.status, suspended.suspension) == ("suspended", "stands")
    assert suspended.begins_by is not None and suspended.periods.get().days
    assert "State: Active → Suspended." in preview
    act("restore", active, tell_customer="on")
    restored = fresh(active)
    assert (restored.status, restored.suspension, restored.begins_by) == ("active", "", None)
    assert restored.valid_until >= active.valid_until
    assert told(active) == ["suspended", "restored"]
    assert list(checks()) == []


def test_time_runs_on_where_staff_choose_so(act: Act, active: License) -> None:
    act("suspend", active, time="runs")
    assert fresh(active).valid_until == active.valid_until and fresh(active).begins_by is None
    act("restore", active)
    assert (fresh(active).status, fresh(active).valid_until) == ("active", active.valid_until)


def test_a_revoked_license_is_over_for_good(act: Act, active: License) -> None:
    preview = act("revoke", active, tell_customer="on")
    revoked = fresh(active)
    assert (revoked.status, revoked.member_id) == ("revoked", "")
    assert not revoked.periods.filter(revoked_at=None).exists()
    assert "All time that is left is taken away. Money is not returned by this." in preview
    assert act("extend", active, number="1", unit="days").status_code == 422
    assert told(active) == ["revoked"] and list(checks()) == []


def test_a_license_moves_to_a_known_portal_at_once(act: Act, active: License, globex: Installation) -> None:
    preview = act("move", active, role="Support", address="https://globex.bitrix24.com/crm/", tell_customer="on")
    moved = fresh(active)
    assert (moved.status, moved.portal_address) == ("active", "globex.bitrix24.com")
    assert moved.member_id == globex.member_id and moved.valid_until == active.valid_until
    assert "It no longer works in acme.bitrix24.com." in preview
    assert "It works in globex.bitrix24.com at once." in preview
    assert "acme.bitrix24.com is told." in preview and "globex.bitrix24.com is told." in preview
    assert told(active) == ["moved"] and list(checks()) == []


def test_a_license_moved_to_an_unknown_portal_waits_with_its_days(act: Act, active: License) -> None:
    act("move", active, address="initech.bitrix24.com")
    moved = fresh(active)
    assert (moved.status, moved.portal_address, moved.member_id) == ("pending", "initech.bitrix24.com", "")
    assert moved.begins_by is not None and moved.periods.get().begun_at is None
    assert list(checks()) == []


def test_a_released_license_names_no_portal_and_stays_released(act: Act, active: License) -> None:
    from storefront.licensing.bitrix24.linking import link_waiting

    act("release", active, tell_customer="on")
    assert link_waiting() == 0
    released = fresh(active)
    assert (released.status, released.portal_address, told(active)) == ("pending", "", ["released"])
    assert released.begins_by is not None
    assert list(checks()) == []


def test_the_next_license_of_the_portal_is_named_before_one_gives_way(
    act: Act, active: License, buy: Buy, make_customer: Any
) -> None:
    second = buy(portal="acme.bitrix24.com", customer=make_customer("second@example.com"))
    preview = act("release", active, confirm=False)
    assert f"{second.number} waits for that Bitrix24 and begins there next." in preview


def test_a_typed_address_is_corrected_and_the_license_works(act: Act, buy: Buy, globex: Installation) -> None:
    license = buy(portal="globx.bitrix24.com")
    act("address", license, role="Support", address="globex.bitrix24.com", tell_customer="on")
    assert (fresh(license).status, fresh(license).member_id) == ("active", globex.member_id)
    assert told(license) == ["address_corrected"]


def test_a_license_is_linked_by_hand(act: Act, buy: Buy) -> None:
    license = buy(portal="crm.firma.de")
    box = known("portal.firma.local", "c" * 32)
    Installation.objects.filter(pk=box.pk).update(is_host_proven=False)
    act("link", license, role="Support", installation=str(box.pk))
    assert (fresh(license).status, fresh(license).member_id) == ("active", box.member_id)
    assert logged("licenses.link").data["after"]["Bitrix24"] == "portal.firma.local"


def test_a_typing_error_stands_at_its_field(act: Act, buy: Buy) -> None:
    answer = act("address", buy(portal="a.bitrix24.com"), address="not an address")
    assert answer.status_code == 422
    assert answer.context["form"].errors["address"] == ["That is no address of a Bitrix24."]


@pytest.mark.parametrize(
    ("role", "name"),
    [("Support", "extend"), ("Support", "revoke"), ("Sales", "move"), ("Accounting", "suspend"), ("Read-only", "end")],
)
def test_what_a_role_may_not_do_is_neither_shown_nor_done(
    act: Act, client_of: Any, active: License, role: str, name: str
) -> None:
    assert act(name, active, role=role).status_code == 403


def test_a_license_is_handed_over_to_another_customer(act: Act, active: License, make_customer: Any) -> None:
    former, other = active.customer, make_customer("other@example.com")
    preview = act("hand-over", active, email=other.email, language="en")
    assert any(former.email in sentence and "invoices" in sentence for sentence in preview)
    held = fresh(active)
    assert (held.customer, held.status, held.valid_until) == (other, active.status, active.valid_until)
    event = active.events.get(code="handed_over_by_staff")
    assert (event.actor.email, event.detail["reason"]) == ("owner@staff.example", "Asked by phone")
    entry = logged("licenses.hand-over")
    assert (entry.data["before"], entry.data["after"]) == ({"holder": former.email}, {"holder": other.email})
    told_both = OutboxMessage.objects.filter(template="license_handed_over").values_list("recipient", flat=True)
    assert set(told_both) == {former.email, other.email}
    again = act("hand-over", held, email=other.email, language="en")
    assert again.status_code == 422 and "holds it already" in said(again)
    assert act("hand-over", held, role="Support", email=former.email, language="en").status_code == 403


def test_whoever_gets_an_account_by_it_reads_how_to_log_in(act: Act, active: License) -> None:
    act("hand-over", active, email="brand.new@example.com", language="en")
    mail = OutboxMessage.objects.get(template="license_handed_over", recipient="brand.new@example.com")
    assert mail.payload["context"]["new_login"] == "brand.new@example.com"
