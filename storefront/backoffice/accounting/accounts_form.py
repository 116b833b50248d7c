"""The form in which accountants name their accounts, and the head of DATEV's file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from storefront.backoffice import history
from storefront.backoffice.pages import Crumb, trail
from storefront.backoffice.rights import StaffOnly
from storefront.billing.accounting import accounts
from storefront.billing.accounting.models import AccountingAccount, DatevSettings
from storefront.users.models import User

ACTION = "accounting.accounts"


class DatevForm(forms.ModelForm):
    class Meta:
        model = DatevSettings
        fields = ("consultant", "client", "account_length", "year_begins")


class AccountForm(forms.Form):
    """One account; an empty number takes its name away."""

    number = forms.CharField(required=False, max_length=12)
    tax_key = forms.CharField(required=False, max_length=4)

    def __init__(self, data: QueryDict | None = None, *, account: accounts.Account) -> None:
        super().__init__(data, prefix=account.slot, initial={"number": account.number, "tax_key": account.tax_key})
        self.account = account
        self.takes_key = account.slot.startswith(accounts.SALES)
        for name, label in (("number", _("Account: %(name)s")), ("tax_key", _("Tax key: %(name)s"))):
            self.fields[name].widget.attrs["aria-label"] = label % {"name": account.name}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        row = AccountingAccount(slot=self.account.slot, **cleaned)
        if cleaned.get("number"):
            row.clean_fields(exclude=["slot"])
        elif cleaned.get("tax_key"):
            self.add_error("tax_key", _("A tax key needs an account."))
        return cleaned


class AccountsPage(StaffOnly, WagtailAdminTemplateMixin, TemplateView):
    permissions = ("accounting.change_accounts",)
    template_name = "backoffice/accounting/accounts.html"
    page_title = gettext_lazy("Chart of accounts")
    header_icon = "list-ul"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return trail((Crumb("backoffice-accounting", _("Accounting")),), self.get_page_title())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chart = accounts.chart().values()
        head = DatevSettings.objects.first()
        return {
            "rows": [AccountForm(account=account) for account in chart],
            "datev": DatevForm(instance=head, prefix="datev"),
        } | super().get_context_data(**kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        before = accounts.chart()
        rows = [AccountForm(request.POST, account=account) for account in before.values()]
        datev = DatevForm(request.POST, instance=DatevSettings.objects.first(), prefix="datev")
        if not all([datev.is_valid(), *(row.is_valid() for row in rows)]):
            return self.render_to_response(self.get_context_data(rows=rows, datev=datev), status=422)
        with transaction.atomic():
            head = datev.save()
            for row in rows:
                self._keep(row)
            history.record(head, ACTION, by=self._user(), before=_named(before), after=_named(accounts.chart()))
        messages.success(request, _("The accounts are saved."))
        return redirect(reverse("backoffice-accounting-accounts"))

    def _keep(self, row: AccountForm) -> None:
        slot, values = row.account.slot, row.cleaned_data
        if values["number"]:
            AccountingAccount.objects.update_or_create(slot=slot, defaults=values)
        else:
            AccountingAccount.objects.filter(slot=slot).delete()

    def _user(self) -> User:
        return self.request.user  # type: ignore[return-value]  # ``StaffOnly`` let nobody else in


def _named(chart: dict[str, accounts.Account]) -> dict[str, str]:
    return {each.name: f"{each.number} {each.tax_key}".strip() for each in chart.values()}
