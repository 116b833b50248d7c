"""Mails about changes that need a second person: to those who can decide, to who asked, to all owners."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop

from storefront.core.language import absolute_url
from storefront.notifications import mails
from storefront.users import staffing
from storefront.users.approval_words import lazy_lines
from storefront.users.models import ApprovalRequest, ApprovalStatus, User

_DECIDED = {
    ApprovalStatus.APPROVED: gettext_noop("A change was approved"),
    ApprovalStatus.DECLINED: gettext_noop("A change was declined"),
    ApprovalStatus.WITHDRAWN: gettext_noop("A change was withdrawn"),
    ApprovalStatus.OUTDATED: gettext_noop("A change was not made: the thing had changed meanwhile"),
}


def asked(request: ApprovalRequest, *, deciders: QuerySet[User]) -> None:
    """A change waits. Owners who can decide get the mail for those."""
    able = list(deciders)
    for person in able:
        title = gettext_noop("A change waits for your approval")
        _mail(person, request, title, lazy_lines(request), key=f"approval-asked:{request.pk}:{person.pk}")
    others = staffing.owners().exclude(pk__in=[person.pk for person in able])
    for owner in others:
        title = gettext_noop("A change waits for approval")
        _mail(owner, request, title, lazy_lines(request), key=f"approval-asked:{request.pk}:{owner.pk}")


def decided(request: ApprovalRequest, *, by: User) -> None:
    """To all owners and to who asked."""
    found = [request.decision_reason, *lazy_lines(request)]
    staffing.tell_owners(by=by, title=_DECIDED[ApprovalStatus(request.status)], lines=[each for each in found if each])
    asker = request.asked_by
    if asker and asker.pk != by.pk and asker.is_active and not staffing.is_owner(asker):
        key = f"approval-decided:{request.pk}"
        _mail(asker, request, _DECIDED[ApprovalStatus(request.status)], found, key=key)


def _mail(person: User, request: ApprovalRequest, title: str, found: Iterable[str | Promise], *, key: str) -> None:
    asker = request.asked_by
    with translation.override(person.language):
        notice = mails.AccountNotice(
            title=gettext(title),
            paragraphs=[
                gettext("Asked for by %(who)s.") % {"who": (asker.get_full_name() or asker.email) if asker else "–"},
                *(str(each) for each in found if each),
                absolute_url("backoffice-approval", language=person.language, pk=request.pk),
            ],
        )
    mails.enqueue(notice, to=person.email, language=person.language, key=key)
