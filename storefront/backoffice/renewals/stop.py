"""Staff stop a renewal for its customer: with a reason, told by mail. The other way round is the customer's alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.licenses.detail import LIST as LICENSES
from storefront.backoffice.licenses.renewing import RIGHT
from storefront.backoffice.pages import Crumb
from storefront.backoffice.renewals.listing import amount_of
from storefront.core.instants import instant
from storefront.licensing.models import License, Renewal, Subscription
from storefront.licensing.states import SubscriptionStatus
from storefront.licensing.subscriptions import queries, stopping


class StopRenewal(ActView):
    """Nothing is charged for the license any more; an unpaid invoice of its renewal is closed by the worker."""

    permissions = (RIGHT,)
    action = "renewals.stop"
    page_title = gettext_lazy("Stop renewing by itself")
    header_icon = "cross"
    is_serious = True
    object: Subscription

    def get_object(self) -> Subscription:
        rows = Subscription.objects.filter(license__isnull=False).select_related("customer", "license")
        found = rows.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    @property
    def license(self) -> License:
        license = self.object.license
        if license is None:
            raise Http404
        return license

    def preview(self, form: ActForm) -> Iterator[str]:
        self._refuse_stopped()
        yield _("License %(number)s does not renew by itself any more, and nothing is charged for it.") % {
            "number": self.license.number
        }
        following = queries.next_renewal(self.object)
        if following is not None:
            yield self._next(following)
        yield _("The customer is told by mail. Only they can turn it on again.")

    def _next(self, renewal: Renewal) -> str:
        values = {"amount": amount_of(renewal), "day": instant(renewal.due_at, "short")}
        return _("The charge of %(day)s, %(amount)s, is not made.") % values

    def perform(self, form: ActForm) -> Outcome:
        self._refuse_stopped()
        stopping.stop(self.object, by=stopping.STAFF)
        return Outcome(_("It does not renew by itself any more. The customer is told."))

    def _refuse_stopped(self) -> None:
        if self.object.status == SubscriptionStatus.STOPPED:
            raise Refused(_("It was stopped before."))

    def get_success_url(self) -> str:
        return reverse("backoffice-license", args=[self.license.number])

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        number = self.license.number
        self.crumbs = (LICENSES, Crumb("backoffice-license", number, (number,)))
        return super().get_breadcrumbs_items()
