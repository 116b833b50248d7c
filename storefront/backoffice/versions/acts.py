"""Bring a thing back to what it was, under the rules of today."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from wagtail.admin.admin_url_finder import AdminURLFinder

from catalogue.plans import previews, publishing
from catalogue.plans.models import Discount, Period, SoftwareProduct
from storefront.backoffice import history
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.staff.refusals import explain_approval
from storefront.backoffice.versions import kinds
from storefront.billing.models import Seller
from storefront.core import clock, kept_states
from storefront.users import approvals, staffing


class Restore(ActView):
    """It is compared with what it is now when it is confirmed: another change meanwhile shows the preview again."""

    action = "versions.restore"
    page_title = gettext_lazy("Roll back")
    header_icon = "history"
    is_serious = True
    expected_errors = (*ActView.expected_errors, ValidationError, approvals.ApprovalError)
    is_asked = False

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.name: str = self.kwargs["kind"]
        kind = kinds.KINDS.get(self.name)
        self.permissions = (kind.change,) if kind else ()
        self.needs_fresh_login = self.name == "seller"

    def get_object(self) -> Any:
        thing = kinds.thing(self.name, self.kwargs["pk"])
        self.version = kinds.version(thing, self.kwargs["entry"])
        self.now = kinds.kind(self.name).keeper.read(thing)
        self.words = kinds.differences(self.name, thing, self.now, self.version.state)
        return thing

    def customer(self) -> None:
        return None

    def get_page_subtitle(self) -> str:
        return str(self.object)

    def get_success_url(self) -> str:
        return reverse("backoffice-versions", args=[self.name, self.object.pk])

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        items = super().get_breadcrumbs_items()
        items.insert(1, {"url": self.get_success_url(), "label": _("Compare and roll back")})
        url = AdminURLFinder(self.request.user).get_edit_url(self.object)
        if url:
            items.insert(1, {"url": url, "label": str(self.object)})
        return items

    def explain(self, error: Exception) -> Refused:
        if isinstance(error, approvals.ApprovalError):
            return explain_approval(error)
        if isinstance(error, ValidationError):
            return Refused(_("Today this is not possible: %(why)s") % {"why": " ".join(error.messages)})
        return super().explain(error)

    def preview(self, form: Any) -> Iterator[str]:
        if not self.words:
            raise Refused(_("It is like that already."))
        with transaction.atomic():  # tried, and undone: whatever forbids it is said now
            kinds.kind(self.name).keeper.write(self.object, self.version.state)
            transaction.set_rollback(True)
        for name, before, after in self.words:
            yield f"{name}: {before or '–'} → {after or '–'}"
        yield from self._overlaps()
        if isinstance(self.object, Seller):
            if approvals.is_needed("seller"):
                yield _("Nothing is changed until another person has approved it; they are mailed.")
            yield _("All owners are told by mail.")
        else:
            yield _("Prices are published at once. Orders keep theirs.")

    def perform(self, form: Any) -> Outcome:
        before = {name: was for name, was, _became in self.words}
        after = {name: became for name, _was, became in self.words}
        if isinstance(self.object, Seller) and approvals.is_needed("seller"):
            return self._ask(before, after, form.cleaned_data["reason"])
        keeper = kinds.kind(self.name).keeper
        keeper.write(self.object, self.version.state)
        self.states = {"before": self.now, "after": keeper.read(self.object)}
        if isinstance(self.object, Seller):
            title = gettext_noop("The seller's details were changed")
            lines = [f"{name}: {was or '–'} → {became or '–'}" for name, was, became in self.words]
            staffing.tell_owners(by=self.user, title=title, lines=lines)
        return Outcome(_("It is as it was."), before, after)

    def record(self, outcome: Outcome, form: Any) -> None:
        if not self.is_asked:
            history.record(
                self.object, self.action, by=self.user, reason=form.cleaned_data["reason"], before=outcome.before,
                after=outcome.after, state=self.states,
            )  # fmt: skip

    def _ask(self, before: dict[str, str], after: dict[str, str], reason: str) -> Outcome:
        approvals.ask(
            name="seller", key=str(self.object.pk), label=str(self.object), seen=self.now, change=self.version.state,
            before=before, after=after, by=self.user, reason=reason,
        )  # fmt: skip
        self.is_asked = True
        return Outcome(_("Another person must approve it; they are told."))

    def _overlaps(self) -> Iterator[str]:
        """Discounts never add up, but two at a time are often a mistake."""
        if not isinstance(self.object, Discount):
            return
        draft = Discount.objects.get(pk=self.object.pk)
        kept_states.write_fields(draft, self.version.state)
        for other in previews.overlapping(draft, now=clock.now()):
            yield _("It shares some time, products and periods with “%(name)s”: buyers get the larger of the two.") % {
                "name": other.name
            }

    def _hold(self, form: Any) -> None:
        """The price locks come before the rows that prices are made of (``publishing.lock_all``)."""
        if isinstance(self.object, Period | Discount):
            publishing.lock_all()
        elif isinstance(self.object, SoftwareProduct):
            publishing.lock(self.object.pk)
        super()._hold(form)
