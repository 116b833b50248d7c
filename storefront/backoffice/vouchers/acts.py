"""Making, changing and pausing a voucher."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkout.models import VoucherRule
from checkout.vouchers import services
from checkout.vouchers.services import VoucherTerms
from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.pages import Crumb
from storefront.backoffice.vouchers import describe
from storefront.backoffice.vouchers.forms import MANY, ChangeVoucherForm, NewVoucherForm, initial_of
from storefront.backoffice.vouchers.pages import ADD, CHANGE, LIST, SEE_CUSTOMERS, samples
from storefront.core import money
from storefront.core.instants import instant


def effects(terms: VoucherTerms, *, sees_customers: bool) -> list[str]:
    """What a voucher with these terms does, a sentence each, with a few carts."""
    dates = {"start": instant(terms.starts_at), "end": instant(terms.ends_at)}
    sentences = [
        describe.taken_off(terms.percent, terms.amount) + ".",
        _("It can be used from %(start)s to %(end)s.") % dates,
        *describe.conditions(terms, sees_customers=sees_customers),
    ]
    for sample in samples(terms):
        words = {
            "product": sample.price.product.get_title(),
            "before": money.display(sample.before, sample.currency),
            "after": money.display(sample.after, sample.currency),
        }
        sentences.append(_("A cart with %(product)s: %(after)s instead of %(before)s.") % words)
    return sentences


class _Voucher(ActView):
    object: VoucherRule

    @property
    def sees_customers(self) -> bool:
        """Whether the user may know whom a voucher is for."""
        return self.request.user.has_perm(SEE_CUSTOMERS)


class AddVoucher(_Voucher):
    """A new voucher, or up to 500 codes."""

    permissions = (ADD,)
    action = "vouchers.add"
    page_title = gettext_lazy("New voucher")
    header_icon = "tag"
    form_class = NewVoucherForm
    crumbs = (LIST,)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"sees_customers": self.sees_customers}

    def get_object(self) -> VoucherRule:
        return VoucherRule()

    def get_success_url(self) -> str:
        return reverse("backoffice-voucher", args=[self.object.pk]) if self.object.pk else LIST.as_item()["url"]

    def preview(self, form: NewVoucherForm) -> list[str]:
        data = form.cleaned_data
        if data["how_many"] == MANY:
            first = _("%(count)d random codes are made, each of which can be used once.") % {"count": data["count"]}
        else:
            first = _("The code is %(code)s.") % {"code": data["code"]}
        return [first, *effects(form.terms, sees_customers=self.sees_customers)]

    def perform(self, form: NewVoucherForm) -> Outcome:
        data, terms = form.cleaned_data, form.terms
        try:
            if data["how_many"] == MANY:
                self.object = services.create_set(terms=terms, count=data["count"])
            else:
                self.object = services.create(terms=terms, code=data["code"])
        except services.CodeTaken:
            raise Refused(_("Another voucher has this code."), "code") from None
        except services.NameTaken:
            raise Refused(_("Another voucher has this name."), "name") from None
        return Outcome(_("The voucher is made."), after=describe.values(terms))


class _OneVoucher(_Voucher):
    permissions = (CHANGE,)
    header_icon = "tag"

    def get_object(self) -> VoucherRule:
        rule = get_object_or_404(VoucherRule.objects.select_related("voucher", "voucher_set"), pk=self.kwargs["pk"])
        self.crumbs = (LIST, Crumb("backoffice-voucher", str(rule), (rule.pk,)))
        return rule

    def get_success_url(self) -> str:
        return reverse("backoffice-voucher", args=[self.object.pk])


class ChangeVoucher(_OneVoucher):
    action = "vouchers.change"
    page_title = gettext_lazy("Change voucher")
    form_class = ChangeVoucherForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"rule": self.object, "sees_customers": self.sees_customers}

    def get_initial(self) -> dict[str, Any]:
        return initial_of(self.object)

    def preview(self, form: ChangeVoucherForm) -> list[str]:
        return effects(form.terms, sees_customers=self.sees_customers)

    def perform(self, form: ChangeVoucherForm) -> Outcome:
        before, terms = describe.values(describe.terms_of(self.object)), form.terms
        try:
            services.change(rule=self.object, terms=terms)
        except services.NameTaken:
            raise Refused(_("Another voucher has this name."), "name") from None
        return Outcome(_("The voucher is changed."), before, describe.values(terms))


class PauseVoucher(_OneVoucher):
    action = "vouchers.pause"
    page_title = gettext_lazy("Pause voucher")
    form_class = ActForm
    submit_label = gettext_lazy("Pause")

    def preview(self, form: ActForm) -> list[str]:
        return [
            _("Carts that hold it are charged the full price from now on; orders already placed keep theirs."),
            _("It can go on at any time."),
        ]

    def perform(self, form: ActForm) -> Outcome:
        services.set_paused(rule=self.object, is_paused=True)
        return Outcome(_("The voucher is paused."))


class ResumeVoucher(_OneVoucher):
    action = "vouchers.resume"
    page_title = gettext_lazy("Let the voucher go on")
    form_class = ActForm
    submit_label = gettext_lazy("Go on")

    def preview(self, form: ActForm) -> list[str]:
        return effects(describe.terms_of(self.object), sees_customers=self.sees_customers)

    def perform(self, form: ActForm) -> Outcome:
        services.set_paused(rule=self.object, is_paused=False)
        return Outcome(_("The voucher can be used again."))
