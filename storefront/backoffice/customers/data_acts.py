"""Acts on a customer's data: have a copy made for them, have them erased, keep them after all."""

from __future__ import annotations

from collections.abc import Iterator

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import Outcome, Refused
from storefront.backoffice.customers.base import ActOnCustomer
from storefront.core import sentences
from storefront.core.instants import instant
from storefront.core.personal_data import Barrier
from storefront.users.data_protection import people, requests
from storefront.users.models import DataRequestStatus

EXPORT, ERASE = "users.export_data", "users.erase_customer"


class ExportData(ActOnCustomer):
    """The file is for the customer: staff never see it."""

    permissions = (EXPORT,)
    action = "customers.export_data"
    page_title = gettext_lazy("Make a copy of their data")
    expected_errors = (*ActOnCustomer.expected_errors, requests.AskedAlready, requests.NotPossible)

    def preview(self, form: ActForm) -> Iterator[str]:
        yield _(
            "A copy of everything that we hold about them is made. %(email)s is mailed when it can be fetched, which "
            "needs their log-in."
        ) % {"email": self.object.email}

    def perform(self, form: ActForm) -> Outcome:
        requests.ask_export(customer=self.object, by=self.user, reason=form.cleaned_data["reason"])
        return Outcome(_("The copy is being made."))

    def explain(self, error: Exception) -> Refused:
        if isinstance(error, requests.AskedAlready):
            return Refused(_("A copy is being made already."))
        return super().explain(error)


class EraseForm(ActForm):
    licenses = forms.ChoiceField(
        label=gettext_lazy("Licenses that still run"),
        choices=[
            ("", gettext_lazy("are in the way of it")),
            ("keep", gettext_lazy("work on until they end")),
            ("end", gettext_lazy("end with the account")),
        ],
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("As the customer wants it."),
    )
    is_at_once = forms.BooleanField(label=gettext_lazy("At once: the customer does not want to wait"), required=False)
    field_order = ["licenses", "is_at_once", "reason"]

    @property
    def ends_licenses(self) -> bool | None:
        return {"keep": False, "end": True}.get(self.cleaned_data["licenses"])


class EraseCustomer(ActOnCustomer):
    permissions = (ERASE,)
    action = "customers.erase"
    page_title = gettext_lazy("Erase the customer")
    form_class = EraseForm
    is_serious = True
    needs_fresh_login = True
    expected_errors = (
        *ActOnCustomer.expected_errors,
        requests.AskedAlready,
        requests.NotPossible,
        requests.InTheWay,
    )

    def preview(self, form: EraseForm) -> Iterator[str]:
        if requests.open_erasure(self.object):
            raise self.explain(requests.AskedAlready())
        found = people.barriers(people.person(self.object))
        if in_the_way := [each for each in found if each.is_firm or form.ends_licenses is None]:
            raise self.explain(requests.InTheWay(in_the_way))
        if form.cleaned_data["is_at_once"] or not settings.ERASURE_WAIT_DAYS:
            yield _("Within some minutes nobody can log in any more and everything about them is erased.")
        else:
            days = settings.ERASURE_WAIT_DAYS
            yield ngettext(
                "In %(days)s day everything about them is erased. Until then the link in a mail keeps the account.",
                "In %(days)s days everything about them is erased. Until then the link in a mail keeps the account.",
                days,
            ) % {"days": days}
        if form.ends_licenses is not None:
            yield _("Licenses end with it.") if form.ends_licenses else _("Licenses work on until they end.")
        yield _("Invoices, payments and the history stay, under the number %(number)s. It cannot be undone.") % {
            "number": self.object.pk
        }

    def perform(self, form: EraseForm) -> Outcome:
        request = requests.ask_erasure(
            customer=self.object, by=self.user, ends_licenses=form.ends_licenses, reason=form.cleaned_data["reason"],
            is_at_once=form.cleaned_data["is_at_once"],
        )  # fmt: skip
        when = instant(request.due_at) if request.due_at else ""
        return Outcome(_("The customer will be erased."), {}, {_("Erased"): when})

    def explain(self, error: Exception) -> Refused:
        if isinstance(error, requests.AskedAlready):
            return Refused(_("The erasure is asked for already."))
        if isinstance(error, requests.InTheWay):
            return Refused(" ".join(_told(each) for each in error.barriers), "licenses")
        return super().explain(error)


class KeepCustomer(ActOnCustomer):
    """Withdraw an erasure that waits."""

    permissions = (ERASE,)
    action = "customers.keep"
    page_title = gettext_lazy("Keep the customer")

    def preview(self, form: ActForm) -> Iterator[str]:
        request = requests.open_erasure(self.object)
        if request is None or request.status != DataRequestStatus.WAITING:
            raise Refused(_("No erasure waits."))
        yield _("The erasure that was asked for is called off. %(email)s is told.") % {"email": self.object.email}

    def perform(self, form: ActForm) -> Outcome:
        request = requests.open_erasure(self.object)
        if request is None or not requests.withdraw(request):
            raise Refused(_("No erasure waits."))
        return Outcome(_("The customer is kept."))


def _told(barrier: Barrier) -> str:
    return sentences.told(sentences.kept([barrier.sentence]))
