"""The base of the acts on a license."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext as _

from storefront.backoffice.act_forms import ActForm, TellCustomer
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.licenses import rehearsal
from storefront.backoffice.licenses.detail import LIST, find
from storefront.backoffice.pages import Crumb
from storefront.core.states import TransitionError
from storefront.gateways.bitrix24 import PortalAddressError
from storefront.licensing.bitrix24.manual_linking import NotLinkable
from storefront.licensing.models import License
from storefront.licensing.services.staff_acts import NotPossible


class LicenseForm(TellCustomer, ActForm):
    """Fields of the act come first, then the reason, then whether to tell the customer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = ("reason", "tell_customer")
        self.order_fields([name for name in self.fields if name not in last] + list(last))


class LicenseAct(ActView):
    """An act on one license. A subclass implements ``act``, which calls a service; its preview is a rehearsal of it.

    ``field``: the field that a refusal belongs to.
    """

    form_class: type[ActForm] = LicenseForm
    expected_errors = (*ActView.expected_errors, NotPossible, NotLinkable, PortalAddressError, TransitionError)
    field: str | None = None
    object: License

    def get_object(self) -> License:
        return find(self.kwargs["number"])

    def act(self, license: License, form: Any) -> Any:
        """Do it to ``license``. Raises one of ``expected_errors``."""
        raise NotImplementedError

    def notes(self, form: Any) -> Iterable[str]:
        """More sentences for the preview."""
        return ()

    def preview(self, form: Any) -> list[str]:
        effects = rehearsal.rehearse(self.object, lambda license: self.act(license, form))
        return [*self.notes(form), *rehearsal.sentences(effects)]

    def perform(self, form: Any) -> Outcome:
        before = rehearsal.picture(self.object)
        self.act(self.object, form)
        return Outcome(self.done(), before.values(), rehearsal.picture(self.object).values())

    def done(self) -> str:
        """What is said when it is done."""
        return _("Done. It stands in the history.")

    def explain(self, error: Exception) -> Refused:
        if isinstance(error, NotPossible):
            return Refused(str(error), "reason" if error.code == "no_reason" else self.field)
        if isinstance(error, NotLinkable):
            return Refused(_why_not_linked().get(error.code, error.code), self.field)
        if isinstance(error, PortalAddressError):
            return Refused(_("That is no address of a Bitrix24."), self.field)
        if isinstance(error, TransitionError | PermissionDenied):
            return Refused(_("That is not possible in its present state."))
        return super().explain(error)

    def get_success_url(self) -> str:
        return reverse("backoffice-license", args=[self.kwargs["number"]])

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        number = self.kwargs["number"]
        self.crumbs = (LIST, Crumb("backoffice-license", number, (number,)))
        return super().get_breadcrumbs_items()


def _why_not_linked() -> dict[str, str]:
    return {
        "closed": _("It does not wait for a Bitrix24."),
        "other_app": _("That Bitrix24 has the app of another product."),
        "removed": _("The app is no longer installed there."),
        "portal_taken": _("Another license is active in that Bitrix24."),
        "no_reason": _("Give a reason: it is stored in the history."),
    }
