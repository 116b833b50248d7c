"""The list of changes that need a second person, and the page of one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn

from storefront.backoffice import history
from storefront.backoffice.columns import BadgeColumn, DayColumn
from storefront.backoffice.pages import ActLink, Crumb, DetailPage, Fact, ListPage
from storefront.backoffice.rights import has_any
from storefront.billing.models import Seller
from storefront.core import clock
from storefront.core.instants import instant
from storefront.users import approval_words, approvals
from storefront.users.approval_kinds import NEW_ROLE
from storefront.users.models import ApprovalRequest, ApprovalStatus, User

#: Each is the right of one kind of change or of several.
RIGHTS = (
    "billing.change_seller", "auth.change_group", "users.invite_staff", "documents.change_documentsettings",
    "documents.use_seal",
)  # fmt: skip
CRUMBS = (Crumb("backoffice-approvals", _("Approvals")),)
KINDS = {
    "seller": _("Seller's details"),
    "role": _("Role and its rights"),
    "member": _("Roles of a person"),
    "invitation": _("Invitation"),
    "documents": _("How documents are issued"),
    "seal": _("Seal or signature"),
}
#: The model of a kind's things; an invitation is about none yet.
MODELS: dict[str, Any] = {"seller": Seller, "role": Group, "member": User, "documents": Seller, "seal": Seller}


def seen_by(user: Any) -> QuerySet[ApprovalRequest]:
    """Requests of the kinds that the user may decide."""
    kinds = [name for name in settings.APPROVAL_KINDS if has_any(user, (approvals.kind(name).right,))]
    return ApprovalRequest.objects.filter(kind__in=kinds).select_related("asked_by", "decided_by")


def state_of(request: ApprovalRequest) -> Any:
    if request.status == ApprovalStatus.WAITING and not request.is_open(clock.now()):
        return _("too old")
    return request.get_status_display()


def thing_of(request: ApprovalRequest) -> Any:
    """What it is about, if that still exists."""
    if request.key.startswith(NEW_ROLE):
        return Group.objects.filter(name=request.key.removeprefix(NEW_ROLE)).first()
    model = MODELS.get(request.kind)
    return model.objects.filter(pk=request.key).first() if model else None


class ApprovalList(ListPage):
    model = ApprovalRequest
    permissions = RIGHTS
    page_title = _("Approvals")
    empty_text = _("Nobody has asked for a second person's approval yet.")
    header_icon = "tick-inverse"
    index_url_name = "backoffice-approvals"
    index_results_url_name = "backoffice-approvals-results"
    default_ordering = "-asked_at"
    search_fields = ["label", "asked_by__email"]
    list_filter = ["status", "kind"]
    columns = [
        TitleColumn(
            "label", label=_("Thing"), sort_key="label",
            get_url=lambda request: reverse("backoffice-approval", args=[request.pk]),
        ),
        Column("kind", label=_("Kind"), accessor=lambda request: KINDS.get(request.kind, request.kind)),
        BadgeColumn(
            "status", label=_("State"), accessor=state_of,
            tone=lambda request: "waiting" if request.is_open(clock.now()) else "off",
        ),
        Column("asked_by", label=_("Asked for by")),
        DayColumn("asked_at", label=_("Asked for"), sort_key="asked_at"),
        Column("decided_by", label=_("Decided by")),
    ]  # fmt: skip
    list_export = ["label", "kind", "status", "asked_by.email", "asked_at", "reason", "decided_by.email", "decided_at"]
    export_headings = {
        "label": _("Thing"),
        "kind": _("Kind"),
        "status": _("State"),
        "asked_by.email": _("Asked for by"),
        "asked_at": _("Asked for"),
        "reason": _("Reason"),
        "decided_by.email": _("Decided by"),
        "decided_at": _("Decided"),
    }
    export_filename = "approvals"

    def get_base_queryset(self) -> QuerySet[ApprovalRequest]:
        return seen_by(self.request.user)


class ApprovalPage(DetailPage):
    """What would change, who asks for it, who decided."""

    template_name = "backoffice/approvals/page.html"
    permissions = RIGHTS
    header_icon = "tick-inverse"
    crumbs = CRUMBS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.asked = get_object_or_404(
            ApprovalRequest.objects.select_related("asked_by", "decided_by"), pk=kwargs["pk"]
        )
        if not has_any(request.user, (approvals.kind(self.asked.kind).right,)):
            raise Http404
        return super().get(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return self.asked.label

    def facts(self) -> Iterable[Fact]:
        asked = self.asked
        yield Fact(_("Kind"), KINDS.get(asked.kind, asked.kind))
        yield Fact(_("State"), state_of(asked))
        thing = thing_of(asked)
        if thing is not None:
            yield Fact(_("Thing"), str(thing), thing)
        yield Fact(_("Asked for by"), asked.asked_by or "–")
        yield Fact(_("Asked for"), instant(asked.asked_at, "short"))
        if asked.status == ApprovalStatus.WAITING:
            yield Fact(_("Good until"), instant(asked.expires_at, "short"))
        if asked.decided_at:
            yield Fact(_("Decided by"), asked.decided_by or "–")
            yield Fact(_("Decided"), instant(asked.decided_at, "short"))

    def acts(self) -> Iterable[ActLink]:
        asked, right = self.asked, approvals.kind(self.asked.kind).right
        if not asked.is_open(clock.now()):
            return
        if asked.asked_by_id == self.request.user.pk:
            yield ActLink(_("Withdraw"), reverse("backoffice-approval-withdraw", args=[asked.pk]), right, "cross")
            return
        yield ActLink(_("Approve"), reverse("backoffice-approval-approve", args=[asked.pk]), right, "check", True)
        yield ActLink(_("Decline"), reverse("backoffice-approval-decline", args=[asked.pk]), right, "cross")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.asked
        return super().get_context_data(**kwargs) | {
            "asked": asked,
            "changes": approval_words.differences(asked),
            "is_own": asked.asked_by_id == self.request.user.pk and asked.is_open(clock.now()),
            "entries": history.of(asked)[:20],
        }
