"""Changes that need a second person, with others at it in the same moment."""

from __future__ import annotations

import threading
import time
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from cms.edit_conflicts import wagtail_forms
from cms.edit_conflicts.second_person import SecondPerson
from cms.permissions import ensure_role
from storefront.core import states
from storefront.notifications.models import OutboxMessage
from storefront.users import approval_kinds, approvals, roles, staffing
from storefront.users.models import ApprovalRequest, ApprovalStatus, User
from tests.backoffice.conftest import show_password_again
from tests.cms.editing import sent_back
from tests.races.conftest import UNGUARDED, dawdle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

#: How long an approver dawdles between looking at the thing and changing it.
DAWDLE = 0.05


@pytest.fixture
def people(wagtail_site, make_customer, settings):
    """Three owners and somebody of support."""
    settings.APPROVAL_BY_SECOND_PERSON = True
    found = []
    for name in (roles.OWNER, roles.OWNER, roles.OWNER, roles.SUPPORT):
        person = make_customer(f"person{len(found)}@example.com")
        person.is_staff = True
        person.save(update_fields=["is_staff"])
        person.groups.add(ensure_role(name))
        found.append(person)
    return found


@pytest.fixture
def asked(people):
    """The first owner wants to make the one of support an owner, too."""
    member, owner = people[3], ensure_role(roles.OWNER)
    return approvals.ask(
        name="member",
        key=str(member.pk),
        label=member.email,
        seen=approval_kinds.member_state(member),
        change={"groups": [owner.pk], "is_active": True},
        before={"Roles": "Support"},
        after={"Roles": "Owner"},
        by=people[0],
    )


@pytest.fixture
def looked(monkeypatch):
    """Set once an approver has looked at the thing; they dawdle before they change it."""
    event, look = threading.Event(), approvals.is_as_seen

    def slowly(request):
        answer = look(request)
        event.set()
        time.sleep(DAWDLE)
        return answer

    monkeypatch.setattr(approvals, "is_as_seen", slowly)
    return event


@pytest.fixture
def without_locks(monkeypatch):
    def look(instance):
        instance.refresh_from_db()
        return instance

    monkeypatch.setattr(states, "lock", look)
    monkeypatch.setattr(staffing, "hold_owners", lambda: None)
    monkeypatch.setattr(f"{__name__}.DAWDLE", UNGUARDED)


def approve(asked, person):
    return approvals.approve(request=asked, by=person, reason="Agreed")


def two_at_once(asked, people, race):
    results = race(partial(approve, asked, people[1]), partial(approve, asked, people[2]))
    return [type(each) for each in results if isinstance(each, Exception)]


def test_two_who_approve_at_once_approve_once(asked, people, race, looked):
    assert two_at_once(asked, people, race) == [approvals.Decided]
    assert ApprovalRequest.objects.get().status == ApprovalStatus.APPROVED
    told = OutboxMessage.objects.filter(key__startswith="owners:", recipient=people[0].email)
    assert told.count() == 1


def test_control_run_without_locks_both_have_approved(asked, people, race, looked, without_locks):
    assert approvals.Decided not in two_at_once(asked, people, race)  # wrong


def approve_against_sent_away(asked, people, race, looked):
    def send_away():
        assert looked.wait(timeout=30)
        staffing.take_access_away(member=people[3], by=people[2])

    race(partial(approve, asked, people[1]), send_away)
    return User.objects.get(pk=people[3].pk)


def test_who_is_sent_away_meanwhile_stays_away(asked, people, race, looked):
    member = approve_against_sent_away(asked, people, race, looked)
    assert (member.is_active, list(member.groups.all())) == (False, [])


def test_control_run_without_locks_they_come_back_as_an_owner(asked, people, race, looked, without_locks):
    member = approve_against_sent_away(asked, people, race, looked)
    assert member.is_active and member.groups.get().name == roles.OWNER  # wrong


def asked_at_once(people, race, monkeypatch):
    """Two owners who save the form of a role, each with another right on pages."""
    ask, path = SecondPerson.ask, reverse("wagtailusers_groups:edit", args=[ensure_role(roles.SUPPORT).pk])

    def slowly(view):
        dawdle()
        ask(view)

    monkeypatch.setattr(SecondPerson, "ask", slowly)
    saves = []
    for person, right in zip(people, ("add_page", "change_page"), strict=False):
        client = Client()
        client.force_login(person)
        show_password_again(client)
        root = Page.objects.get(depth=1).pk
        row = {"page_permissions-0-page": root, "page_permissions-0-permissions": [right]}
        form = sent_back(client.get(path).content.decode()) | row | {"page_permissions-TOTAL_FORMS": "1"}
        saves.append(partial(client.post, path, form))
    return race(*saves)


def test_of_two_who_ask_at_once_the_second_is_told_that_one_waits(people, race, monkeypatch):
    answers = sorted(asked_at_once(people, race, monkeypatch), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [200, 302]
    assert "another change of this waits" in answers[0].content.decode()
    assert ApprovalRequest.objects.count() == 1


def test_control_run_without_locks_the_second_gets_an_error(people, race, monkeypatch, without_locks):
    monkeypatch.setattr(wagtail_forms, "hold", lambda model, pk: None)
    answers = asked_at_once(people, race, monkeypatch)
    assert approvals.AlreadyAsked in map(type, answers)  # wrong
