"""A second person for the seller's details, roles and who has them: nothing changes before another agrees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.core.checks import run_checks
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms.permissions import ensure_role
from storefront.billing.models import Seller
from storefront.core import clock, states
from storefront.notifications.models import OutboxMessage
from storefront.users import approvals, roles, staffing
from storefront.users.models import ApprovalRequest, ApprovalStatus, StaffInvitation
from tests.backoffice.pressing import confirmed, errors, preview, sentences
from tests.cms.editing import sent_back

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rule(settings: Any) -> None:
    settings.APPROVAL_BY_SECOND_PERSON = True


@pytest.fixture
def owner(client_of: Callable[[str], Client]) -> Client:
    return client_of("Owner")


@pytest.fixture
def accounting(client_of: Callable[[str], Client]) -> Client:
    return client_of("Accounting")


def seller_form() -> str:
    return reverse("wagtailsnippets_billing_seller:edit", args=[Seller.objects.get().pk])


def save(client: Client, path: str, **typed: Any) -> Any:
    return client.post(path, sent_back(client.get(path).content.decode()) | typed)


def iban() -> str:
    return Seller.objects.get().bank_details


def page(request: ApprovalRequest, act: str = "") -> str:
    return f"/admin/approvals/{request.pk}/{act}"


def told(email: str) -> list[str]:
    mails = OutboxMessage.objects.filter(recipient=email, key__startswith=("owners:")).order_by("pk")
    asked = OutboxMessage.objects.filter(recipient=email, key__startswith="approval-").order_by("pk")
    return [mail.payload["context"]["title"] for mail in (*asked, *mails)]


def ask_for_iban(accounting: Client, **typed: str) -> ApprovalRequest:
    assert save(accounting, seller_form(), bank_details="IBAN DE00", **typed).status_code == 302
    return ApprovalRequest.objects.get()


def test_bank_details_stay_until_another_person_has_approved_them(accounting: Client, owner: Client, shop: Any) -> None:
    before = iban()
    Seller.objects.update(address="1 Harbour Street\nExampleton")  # which a browser sends back with CRLF
    asked = ask_for_iban(accounting, address="1 Harbour Street\r\nExampleton")
    assert iban() == before
    assert (asked.before, asked.after) == ({"Bank details": before}, {"Bank details": "IBAN DE00"})
    assert not ModelLogEntry.objects.filter(action="cms.change_values").exists()
    assert told("owner@staff.example") == ["A change waits for your approval"]
    assert "withdraw" in accounting.get(page(asked)).content.decode()
    assert "Another person must do this" in errors(preview(accounting, page(asked, "approve/")))
    assert "IBAN DE00" in owner.get(page(asked)).content.decode()
    assert "Bank details" in sentences(preview(owner, page(asked, "approve/")))
    assert confirmed(owner, page(asked, "approve/"), reason="Checked by phone").status_code == 302
    assert iban() == "IBAN DE00"
    entry = ModelLogEntry.objects.get(action="approvals.change")
    assert (entry.object_id, entry.data["after"]) == (str(Seller.objects.get().pk), {"Bank details": "IBAN DE00"})
    assert told("owner@staff.example")[1:] == ["A change was approved"]
    assert told("accounting@staff.example") == ["A change was approved"]


def test_what_was_changed_meanwhile_is_not_overwritten(accounting: Client, owner: Client, shop: Any) -> None:
    asked = ask_for_iban(accounting)
    Seller.objects.update(phone="+49 30 1")
    shown = confirmed(owner, page(asked, "approve/"))
    assert shown.status_code == 302
    asked.refresh_from_db()
    assert asked.status == ApprovalStatus.OUTDATED
    assert iban() != "IBAN DE00"


@pytest.mark.parametrize("act", ["decline", "withdraw"])
def test_declined_or_withdrawn_nothing_changes_and_it_can_be_asked_again(
    accounting: Client, owner: Client, shop: Any, act: str
) -> None:
    asked = ask_for_iban(accounting)
    assert confirmed(owner if act == "decline" else accounting, page(asked, f"{act}/")).status_code == 302
    assert iban() != "IBAN DE00"
    assert "decided meanwhile" in errors(preview(owner, page(asked, "approve/")))
    assert save(accounting, seller_form(), bank_details="IBAN DE00").status_code == 302
    assert approvals.waiting().count() == 1


def test_one_change_waits_at_a_time_for_seven_days(accounting: Client, owner: Client, shop: Any) -> None:
    asked = ask_for_iban(accounting)
    again = save(accounting, seller_form(), bank_details="IBAN DE11")
    assert again.status_code == 200 and "another change of this waits" in again.content.decode()
    with time_machine.travel(clock.now() + timedelta(days=7, seconds=1)), pytest.raises(approvals.Decided):
        approvals.approve(request=asked, by=staffing.owners().get(), reason="Late")


def test_rights_of_a_role_wait_for_another_owner(owner: Client, staff: Any, client: Client, shop: Any) -> None:
    second, group = staff("Owner", "second"), ensure_role(roles.SUPPORT)
    path = reverse("wagtailusers_groups:edit", args=[group.pk])
    right = Permission.objects.get(codename="begin_refund")
    form = sent_back(owner.get(path).content.decode())
    assert owner.post(path, form | {"permissions": [*form["permissions"], str(right.pk)]}).status_code == 302
    assert not group.permissions.filter(pk=right.pk).exists()
    asked = ApprovalRequest.objects.get()
    approvals.approve(request=asked, by=second, reason="Agreed")
    assert group.permissions.filter(pk=right.pk).exists()
    assert group.permissions.count() == len(form["permissions"]) + 1


def test_roles_of_a_person_and_an_invitation_wait(owner: Client, staff: Any) -> None:
    second, member = staff("Owner", "second"), staff("Support")
    sales = ensure_role(roles.SALES)
    assert "until another person" in sentences(preview(owner, f"/admin/staff/{member.pk}/roles/", roles=[sales.pk]))
    confirmed(owner, f"/admin/staff/{member.pk}/roles/", roles=[sales.pk])
    invited = {"email": "new@staff.example", "name": "New", "language": "en", "roles": [sales.pk]}
    confirmed(owner, "/admin/staff/invite/", **invited)
    assert [group.name for group in member.groups.all()] == ["Support"]
    assert not StaffInvitation.objects.exists()
    for asked in approvals.waiting():
        approvals.approve(request=asked, by=second, reason="Agreed")
    assert [group.name for group in member.groups.all()] == ["Sales"]
    assert StaffInvitation.objects.get().email == "new@staff.example"


def test_access_is_taken_away_at_once_and_roles_asked_for_before_come_to_nothing(owner: Client, staff: Any) -> None:
    second, member = staff("Owner", "second"), staff("Support")
    confirmed(owner, f"/admin/staff/{member.pk}/roles/", roles=[ensure_role(roles.OWNER).pk])
    confirmed(owner, f"/admin/staff/{member.pk}/away/")
    member.refresh_from_db()
    assert not member.is_active
    asked = ApprovalRequest.objects.get()
    assert approvals.approve(request=asked, by=second, reason="Agreed").status == ApprovalStatus.OUTDATED
    member.refresh_from_db()
    assert (member.is_active, list(member.groups.all())) == (False, [])


def test_an_approver_gives_no_more_than_they_have(owner: Client, staff: Any) -> None:
    member, lead = staff("Support"), staff("Support", "lead")
    lead.user_permissions.add(Permission.objects.get(codename="invite_staff"))
    confirmed(owner, f"/admin/staff/{member.pk}/roles/", roles=[ensure_role(roles.ACCOUNTING).pk])
    with pytest.raises(staffing.MoreThanOwn):
        approvals.approve(request=ApprovalRequest.objects.get(), by=type(lead).objects.get(pk=lead.pk), reason="?")


def test_who_lost_the_right_meanwhile_has_asked_for_nothing(accounting: Client, owner: Client, shop: Any) -> None:
    asked = ask_for_iban(accounting)
    asked.asked_by.groups.clear()
    Group.objects.get(name="Owner").user_set.add(asked.asked_by.__class__.objects.create_user("third@staff.example"))
    with pytest.raises(approvals.NoRight):
        approvals.approve(request=asked, by=staffing.owners().get(email="owner@staff.example"), reason="?")
    assert iban() != "IBAN DE00"


def test_one_who_is_left_alone_changes_no_bank_details_but_can_find_a_second(owner: Client, shop: Any) -> None:
    refused = save(owner, seller_form(), bank_details="IBAN DE00")
    assert refused.status_code == 200 and "fewer than two people" in refused.content.decode()
    assert not ApprovalRequest.objects.exists()
    invited = {"email": "new@staff.example", "name": "New", "language": "en"}
    confirmed(owner, "/admin/staff/invite/", **invited, roles=[ensure_role(roles.OWNER).pk])
    assert StaffInvitation.objects.exists()
    ids = {each.id for each in run_checks(databases=["default"], tags=["database"])}
    assert "storefront.W033" in ids


def test_who_has_not_the_right_sees_nothing_of_it(
    accounting: Client, owner: Client, client_of: Callable[[str], Client], shop: Any
) -> None:
    asked = ask_for_iban(accounting)
    lead = client_of("Support")
    assert lead.get(page(asked)).status_code == 403
    assert "/admin/approvals/" not in lead.get("/admin/").content.decode()
    assert "Approvals (1)" in owner.get("/admin/").content.decode()


def test_with_the_rule_off_all_is_done_at_once(owner: Client, accounting: Client, shop: Any, settings: Any) -> None:
    settings.APPROVAL_BY_SECOND_PERSON = False
    save(accounting, seller_form(), bank_details="IBAN DE00")
    assert iban() == "IBAN DE00"
    assert "/admin/approvals/" not in owner.get("/admin/").content.decode()


def test_the_list_takes_the_same_queries_however_long_it_is(accounting: Client, owner: Client, shop: Any) -> None:
    asked = ask_for_iban(accounting)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert owner.get("/admin/approvals/").status_code == 200
        return len(captured)

    queries()
    few = queries()
    for number in range(20):
        asked.pk, asked.key = None, str(number + 100)
        asked.save()
    assert queries() == few


def test_an_act_on_somebody_holds_the_owners_first(owner: Client, staff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the approval of roles does: in the other order the two would wait for each other for ever."""
    held: list[str] = []
    hold = states.hold
    monkeypatch.setattr(staffing, "hold_owners", lambda: held.append("owners"))
    monkeypatch.setattr(states, "hold", lambda row: (held.append(row._meta.model_name), hold(row)))
    member = staff("Support")
    confirmed(owner, f"/admin/staff/{member.pk}/away/")
    assert held[:2] == ["owners", "user"]
