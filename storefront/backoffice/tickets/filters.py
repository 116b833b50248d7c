"""Filters of the list of tickets: the queues of a desk, and what is known of each ticket."""

from __future__ import annotations

import django_filters
from django import forms
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.widgets import BooleanRadioSelect

from storefront.backoffice.days import Days
from storefront.core import clock
from storefront.support import rights
from storefront.support.models import Conversation, Department, HeldMail, Kind
from storefront.support.states import ConversationStatus

Tickets = QuerySet[Conversation]


class Queue(models.TextChoices):
    """What a member of staff turns to next."""

    MINE = "mine", _("Mine")
    UNASSIGNED = "unassigned", _("Unassigned")
    WAITING = "waiting", _("Waiting for us")
    OVERDUE = "overdue", _("Overdue")


def condition(queue: str, *, user_pk: int) -> Q:
    """The tickets of a queue."""
    not_closed = ~Q(status=ConversationStatus.CLOSED)
    if queue == Queue.MINE:
        return not_closed & Q(assignee_id=user_pk)
    if queue == Queue.UNASSIGNED:
        return not_closed & Q(assignee=None)
    if queue == Queue.OVERDUE:
        return Q(due_at__lte=clock.now())
    return Q(status=ConversationStatus.OPEN)


class TicketFilters(WagtailFilterSet):
    queue = django_filters.ChoiceFilter(
        label=_("Queue"), choices=Queue.choices, method="of_queue", empty_label=_("All"), widget=forms.RadioSelect
    )
    department = django_filters.ModelChoiceFilter(
        label=_("Department"), queryset=lambda request: Department.objects.all(), empty_label=_("All")
    )
    status = django_filters.MultipleChoiceFilter(
        label=_("Status"), choices=ConversationStatus.choices, widget=forms.CheckboxSelectMultiple
    )
    kind = django_filters.MultipleChoiceFilter(
        label=_("Kind"), choices=Kind.choices, widget=forms.CheckboxSelectMultiple
    )
    assignee = django_filters.ModelChoiceFilter(
        label=_("Assigned to"), queryset=lambda request: rights.those_who_answer(), empty_label=_("All")
    )
    rating = django_filters.MultipleChoiceFilter(
        label=_("Rating"), choices=[(stars, str(stars)) for stars in range(1, 6)], widget=forms.CheckboxSelectMultiple
    )
    held = django_filters.BooleanFilter(
        label=_("A mail from another address waits"), method="with_held", widget=BooleanRadioSelect
    )
    created = Days(field_name="created_at", label=_("Opened"))

    class Meta:
        model = Conversation
        fields: list[str] = []

    def of_queue(self, tickets: Tickets, name: str, value: str) -> Tickets:
        return tickets.filter(condition(value, user_pk=self.request.user.pk))

    def with_held(self, tickets: Tickets, name: str, value: bool) -> Tickets:
        waiting = HeldMail.objects.filter(conversation=OuterRef("pk"), decided_at=None)
        return tickets.filter(Exists(waiting) if value else ~Exists(waiting))
