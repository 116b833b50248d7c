"""Until when an answer is due, in working hours, and who is told that it is late."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from storefront.support.models import Conversation, Department, Kind, OpeningHours
from storefront.support.services import alarms, conversations, desk
from storefront.support.states import Alarm
from storefront.support.working_time import LONGEST, Shift, after

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = [Shift(day, time(9), time(18)) for day in range(5)]
#: A lunch, a night shift of Saturday, nothing on Sunday.
MIXED = [Shift(0, time(9), time(12)), Shift(0, time(13), time(17, 30)), Shift(5, time(0), time(6))]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-02 10:00", 4, "2026-03-02 14:00"),  # a Monday
        ("2026-03-02 16:00", 4, "2026-03-03 11:00"),
        ("2026-03-06 17:00", 4, "2026-03-09 12:00"),  # over the weekend
        ("2026-03-07 12:00", 1, "2026-03-09 10:00"),  # asked on a Saturday
        ("2026-03-02 03:00", 9, "2026-03-02 18:00"),  # the whole day: its end, not the next morning
        ("2026-03-02 09:00", 45, "2026-03-06 18:00"),
    ],
)
def test_only_opening_hours_count(start: str, hours: int, end: str) -> None:
    assert after(local(start), timedelta(hours=hours), shifts=OFFICE, zone=BERLIN) == local(end)


def test_a_shift_over_the_change_of_clocks_lasts_as_long_as_it_lasts() -> None:
    """On 29 March 2026 clocks in Berlin go from 2:00 to 3:00, on 25 October from 3:00 back to 2:00."""
    night = [Shift(6, time(0), time(6))]
    assert after(local("2026-03-29 00:00"), timedelta(hours=5), shifts=night, zone=BERLIN) == local("2026-03-29 06:00")
    assert after(local("2026-10-25 00:00"), timedelta(hours=7), shifts=night, zone=BERLIN) == local("2026-10-25 06:00")


moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
lengths = st.integers(1, 60 * 60).map(lambda minutes: timedelta(minutes=minutes))


def worked(start: datetime, end: datetime, shifts: list[Shift]) -> timedelta:
    """The oracle: working time between two moments, counted minute by minute of each day."""
    total, day = timedelta(0), start.astimezone(BERLIN).date() - timedelta(days=1)
    while day <= end.astimezone(BERLIN).date():
        for shift in shifts:
            if shift.weekday == day.weekday():
                opens = datetime.combine(day, shift.opens, BERLIN).astimezone(UTC)
                closes = datetime.combine(day, shift.closes, BERLIN).astimezone(UTC)
                total += max(min(closes, end) - max(opens, start), timedelta(0))
        day += timedelta(days=1)
    return total


@given(start=moments, working=lengths, shifts=st.sampled_from([OFFICE, MIXED]))
def test_at_the_end_exactly_so_much_time_was_worked(start: datetime, working: timedelta, shifts: list[Shift]) -> None:
    end = after(start, working, shifts=shifts, zone=BERLIN)
    assert worked(start, end, shifts) == working
    assert worked(start, end - timedelta(seconds=1), shifts) < working


@given(start=moments, working=lengths)
def test_without_opening_hours_every_hour_counts(start: datetime, working: timedelta) -> None:
    assert after(start, working, shifts=[], zone=BERLIN) == start + working


def test_who_opens_for_a_minute_a_week_does_not_search_for_ever() -> None:
    start = local("2026-03-02 10:00")
    end = after(start, timedelta(hours=500), shifts=[Shift(0, time(9), time(9, 1))], zone=BERLIN)
    assert end == start + LONGEST


# In the shop --------------------------------------------------------------------------------------------------------


@pytest.fixture
def ticket(customer: Any, clock: Any) -> Conversation:
    """Opened on Thursday, 5 March 2026, 12:00 UTC, to be answered within ten hours."""
    department = Department.objects.create(name="Fast", answer_hours=10, email="fast@example.com")
    return conversations.begin(
        key="k", text="Hello?", language="en", page_url="", customer=customer, subject="Silent", kind=Kind.TICKET,
        department=department,
    )  # fmt: skip


@pytest.fixture
def wait(clock: Any, run_jobs: Any) -> Any:
    """Let time pass, and the worker do what is due: alarms, then their mails."""

    def go(how_long: timedelta) -> None:
        clock.shift(how_long)
        alarms.sound()
        run_jobs()

    return go


def test_the_opening_hours_of_the_shop_count(customer: Any, clock: Any) -> None:
    """Asked on Thursday at 12:00 UTC, which is 12:00 in the shop of the tests: two hours that day, eight on Friday."""
    OpeningHours.objects.create(weekday=3, opens=time(9), closes=time(14))
    OpeningHours.objects.create(weekday=4, opens=time(9), closes=time(18))
    ticket = conversations.begin(
        key="k", text="Hello?", language="en", page_url="", customer=customer, kind=Kind.TICKET, subject="Hours",
        department=Department.objects.create(name="Office", answer_hours=10),
    )  # fmt: skip
    zone = timezone.get_default_timezone()
    assert ticket.due_at is not None and ticket.warn_at is not None
    assert ticket.due_at.astimezone(zone) == datetime(2026, 3, 6, 17, tzinfo=zone)
    assert ticket.warn_at.astimezone(zone) == datetime(2026, 3, 6, 15, tzinfo=zone)


def told(subject: str) -> list[str]:
    return [letter.to[0] for letter in mail.outbox if letter.subject.startswith(subject)]


pytestmark = pytest.mark.django_db


def test_the_department_is_warned_and_told_once_each(ticket: Conversation, wait: Any) -> None:
    wait(timedelta(hours=7, minutes=59))
    assert told("Answer") == []
    for _ in range(3):
        wait(timedelta(minutes=1))
    assert told("Answer due soon: T-") == ["fast@example.com"]
    for _ in range(3):
        wait(timedelta(hours=1))
    assert told("Answer overdue: T-") == ["fast@example.com"]
    assert len(told("Answer")) == 2
    ticket.refresh_from_db()
    assert ticket.alarm == Alarm.OVERDUE and ticket.is_overdue


def test_who_has_the_ticket_is_told_instead(ticket: Conversation, staff: Any, wait: Any) -> None:
    desk.assign(conversation=ticket, to=staff, expected=None)
    wait(timedelta(hours=11))
    assert told("Answer") == [staff.email]  # nobody is warned of what is late already


def test_an_answer_ends_the_alarm_and_the_next_question_begins_another(
    ticket: Conversation, staff: Any, wait: Any
) -> None:
    wait(timedelta(hours=9))
    conversations.answer(conversation=ticket, by=staff, text="Yes.", key="a")
    wait(timedelta(hours=9))
    assert len(told("Answer")) == 1
    conversations.write(conversation=ticket, text="And now?", key="w")
    wait(timedelta(hours=9))
    assert told("Answer due soon") == ["fast@example.com", staff.email]


def test_a_further_message_does_not_give_us_more_time(ticket: Conversation, clock: Any) -> None:
    due = ticket.due_at
    clock.shift(timedelta(hours=3))
    conversations.write(conversation=ticket, text="Hello??", key="w")
    ticket.refresh_from_db()
    assert ticket.due_at == due


def test_another_department_has_its_own_time_since_the_question(ticket: Conversation, clock: Any) -> None:
    clock.shift(timedelta(hours=3))
    desk.move(conversation=ticket, department=Department.objects.create(name="Slow", answer_hours=100))
    ticket.refresh_from_db()
    assert ticket.due_at == ticket.created_at + timedelta(hours=100)
    desk.move(conversation=ticket, department=None)
    ticket.refresh_from_db()
    assert (ticket.due_at, ticket.warn_at) == (None, None)


def test_an_answer_between_look_and_lock_is_not_alarmed_about(
    ticket: Conversation, staff: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.shift(timedelta(hours=9))
    tell = alarms._tell

    def answered_first(pk: int) -> int:
        conversations.answer(conversation=ticket, by=staff, text="Yes.", key="a")
        return tell(pk)

    monkeypatch.setattr(alarms, "_tell", answered_first)
    assert alarms.sound() == 0


def test_the_hours_of_a_day_do_not_overlap() -> None:
    OpeningHours.objects.create(weekday=0, opens=time(9), closes=time(12))
    OpeningHours(weekday=0, opens=time(12), closes=time(18)).full_clean()
    for opens, closes in ((time(11), time(13)), (time(12), time(12)), (time(18), time(9))):
        with pytest.raises(ValidationError):
            OpeningHours(weekday=0, opens=opens, closes=closes).full_clean()
