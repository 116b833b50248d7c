"""How files are read: what is booked without a person, and the mappings of CSV files with a trial of each."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from storefront.backoffice import history
from storefront.backoffice.bank_statements.lists import CRUMBS, RULES
from storefront.backoffice.pages import Crumb, trail
from storefront.backoffice.rights import StaffOnly
from storefront.billing.bank_statements.models import CsvMapping, ImportRule
from storefront.billing.bank_statements.words import problem_of
from storefront.billing.transfers.models import SellerAccount
from storefront.core import money, sentences
from storefront.formats.bank_statements import MAX_BYTES, Statement, StatementError, format_of, read
from storefront.users.models import User

CHANGED, MAPPED = "statements.rules", "statements.mapping"
#: Rows of a trial that are shown.
SHOWN = 10


class RulesForm(forms.Form):
    """A box for each account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = set(ImportRule.objects.filter(books_certain=True).values_list("account", flat=True))
        for account in SellerAccount.objects.order_by("position", "pk"):
            self.fields[f"account-{account.pk}"] = forms.BooleanField(
                label=str(account), required=False, initial=account.pk in allowed
            )

    def wanted(self) -> dict[int, bool]:
        return {int(name.removeprefix("account-")): value for name, value in self.cleaned_data.items()}


class SettingsView(StaffOnly, WagtailAdminTemplateMixin, FormView):
    """What moves money is changed with a fresh log-in."""

    permissions = (RULES,)
    needs_fresh_login = True
    header_icon = "cog"
    http_method_names = ["get", "head", "post", "options"]

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class Rules(SettingsView):
    """Which accounts' lines are booked by themselves where nothing is left to decide."""

    template_name = "backoffice/bank_statements/rules.html"
    form_class = RulesForm
    page_title = gettext_lazy("How files are read")

    def form_valid(self, form: Any) -> HttpResponse:
        user = self.request.user
        with transaction.atomic():
            for pk, wanted in form.wanted().items():
                rule, _is_new = ImportRule.objects.get_or_create(account_id=pk)
                if rule.books_certain != wanted and isinstance(user, User):
                    words = {_("Booked by itself"): _("yes") if wanted else _("no")}
                    ImportRule.objects.filter(pk=rule.pk).update(books_certain=wanted)
                    history.record(rule, CHANGED, by=user, after=words)
        messages.success(self.request, _("Saved."))
        return redirect("backoffice-statement-rules")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return trail(CRUMBS, self.get_page_title())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"mappings": CsvMapping.objects.select_related("account")}


class MappingForm(forms.ModelForm):
    sample = forms.FileField(
        label=gettext_lazy("A file to try it with"), required=False,
        help_text=gettext_lazy("Nothing of it is kept: the first rows are shown as they would be imported."),
    )  # fmt: skip

    class Meta:
        model = CsvMapping
        exclude: list[str] = []
        help_texts = {
            "file_pattern": gettext_lazy("Such as umsatz-*.csv. Empty: files in the watched folder do not use it."),
            "booked_on": gettext_lazy("Columns are named as in the head of the file."),
            "text": gettext_lazy("Several columns with commas between them are joined."),
            "balance": gettext_lazy("If it is named, balances and amounts are checked against each other."),
            "account_column": gettext_lazy("If it is named, rows of another account are refused."),
            "outgoing": gettext_lazy("Such as DBIT, Soll or Списание."),
        }

    def clean_sample(self) -> bytes | None:
        upload = self.cleaned_data["sample"]
        if not upload:
            return None
        if upload.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is too large: statements of up to 25 MB are read."))
        content: bytes = upload.read()
        return content

    def clean(self) -> dict[str, Any]:
        """Says at the sample what is wrong with it, and keeps what it says for the page."""
        data: dict[str, Any] = super().clean() or {}
        self.trial: Statement | None = None
        if data.get("sample") and not self.errors:
            self._try(data["sample"], CsvMapping(**{name: data[name] for name in data if name != "sample"}))
        return data

    def _try(self, sample: bytes, mapping: CsvMapping) -> None:
        if format_of(sample) is not None:
            self.add_error("sample", _("This is no CSV file: other formats are read without a mapping."))
            return
        account = mapping.account
        try:
            mapping.clean()
            (self.trial,) = read(
                sample, mapping=mapping.as_mapping(), account=account.number, currency=account.currency
            )
        except StatementError as error:
            self.add_error("sample", sentences.told(sentences.kept(problem_of(error))))
        except forms.ValidationError:  # the form says it at its fields
            return


class EditMapping(SettingsView):
    """A new mapping, or one that is there. 'Try' shows the rows of a sample and saves nothing."""

    template_name = "backoffice/bank_statements/mapping.html"
    form_class = MappingForm
    crumbs = (*CRUMBS, Crumb("backoffice-statement-rules", gettext_lazy("How files are read")))

    @cached_property
    def mapping(self) -> CsvMapping | None:
        pk = self.kwargs.get("pk")
        return get_object_or_404(CsvMapping, pk=pk) if pk else None

    def get_page_title(self) -> str:
        return str(self.mapping or _("New CSV mapping"))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": self.mapping}

    def form_valid(self, form: Any) -> HttpResponse:
        if "try" in self.request.POST:
            if form.trial is None:
                form.add_error("sample", _("Choose a file to try it with."))
                return self.form_invalid(form)
            return self.render_to_response(self.get_context_data(form=form, trial=_rows(form.trial)))
        with transaction.atomic():
            mapping = form.save()
            user = self.request.user
            if isinstance(user, User):
                changed = {name: str(form.cleaned_data[name]) for name in form.changed_data if name != "sample"}
                history.record(mapping, MAPPED, by=user, after=changed)
        messages.success(self.request, _("Saved."))
        return redirect("backoffice-statement-rules")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return trail(self.crumbs, self.get_page_title())


def _rows(statement: Statement) -> dict[str, Any]:
    shown = [(each, money.display(each.amount, statement.currency)) for each in list(statement.lines)[:SHOWN]]
    total = (
        money.display(sum((each.amount for each in statement.lines), Decimal(0)), statement.currency)
        if statement.lines
        else ""
    )
    return {"rows": shown, "count": len(statement.lines), "total": total}
