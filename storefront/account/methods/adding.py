"""Adding a payment method without paying: consent here, its details at the provider, and back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from checkout.pay.private_page import HttpResponseSeeOther, private
from storefront.account.methods.views import found
from storefront.account.views import own, user_of
from storefront.billing.errors import BillingError, PaymentUnavailable
from storefront.billing.models import Mandate, MethodSetup, SavedMethod
from storefront.billing.models.saved_methods import UNATTENDED
from storefront.billing.saved_methods import queries, setups, texts
from storefront.billing.saved_methods.mandates import Terms
from storefront.billing.services import open_methods, payment_methods
from storefront.core import currency_choice, throttle, visitor


class AddForm(forms.Form):
    """Which kind of method, and the consents. ``agreed``: what a method that is replaced may be charged for by itself;
    it holds for the new one if its box is ticked."""

    def __init__(
        self, *args: Any, choices: Sequence[tuple[str, str]], agreed: Sequence[Mandate] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})
        self.agreed, self.is_offered = agreed, bool(choices)
        self.fields["method"] = forms.ChoiceField(
            label=_("What do you want to add?"),
            widget=forms.RadioSelect,
            choices=choices,
            initial=choices[0][0] if len(choices) == 1 else None,
            error_messages={"required": _("Please choose what to add.")},
        )
        self.fields["keep"] = forms.BooleanField(
            label=texts.keep_text(),
            error_messages={"required": _("Without your consent nothing is kept. Please tick the box.")},
        )
        for each in agreed:
            self.fields[_box(each)] = forms.BooleanField(label=texts.renewed_text(each), required=False)

    @property
    def boxes(self) -> list[Any]:
        """Of the agreements that the new method may take over."""
        return [self[_box(each)] for each in self.agreed]

    def terms(self, *, ip_address: str | None) -> list[Terms]:
        """All that was agreed to."""
        kept = [each for each in self.agreed if self.cleaned_data.get(_box(each))]
        return [texts.keep_terms(ip_address=ip_address), *texts.renewed_terms(kept, ip_address=ip_address)]


@own
@private
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    return _page(request, None)


@own
@private
@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: HttpRequest, public_id: str) -> HttpResponse:
    """Another one of the same provider takes its place, and what was agreed to about it if the customer says so."""
    method = found(request, public_id)
    if method.gateway not in setups.offered():
        raise Http404
    return _page(request, method)


@own
@require_safe
def added(request: HttpRequest, public_id: str) -> HttpResponse:
    """Back from the provider's page: the list, with what became of it."""
    setup = MethodSetup.objects.filter(customer=user_of(request), public_id=public_id).select_related("method").first()
    if setup is None:
        raise Http404
    with suppress(PaymentUnavailable):  # the worker asks again
        setup = setups.finish(setup)
    _tell(request, setup)
    return redirect("account-methods")


def _page(request: HttpRequest, replaced: SavedMethod | None) -> HttpResponse:
    form = _form(request, replaced)
    if not form.is_valid():
        return _shown(request, form, replaced, status=422 if form.errors else 200)
    try:
        throttle.hit_key("method-setup", str(user_of(request).pk))
        setup = setups.start(
            customer=user_of(request),
            gateway_name=form.cleaned_data["method"],
            currency=currency_choice.current(),
            language=get_language() or "en",
            terms=form.terms(ip_address=visitor.client_address(request)),
            replaces=replaced,
        )
    except throttle.Throttled as exc:
        return throttle.too_many(request, exc.retry_after)
    except BillingError as exc:
        form.add_error(None, str(exc))
        return _shown(request, form, replaced, status=503 if isinstance(exc, PaymentUnavailable) else 502)
    return HttpResponseSeeOther(setup.redirect_url)


def _form(request: HttpRequest, replaced: SavedMethod | None) -> AddForm:
    titles = {row.name: open_methods.shown(row).title for row in payment_methods.rows()}
    names = [replaced.gateway] if replaced else setups.offered()
    agreed = list(queries.live_mandates(replaced).filter(scope__in=UNATTENDED)) if replaced else []
    data = request.POST if request.method == "POST" else None
    return AddForm(data, choices=[(name, titles[name]) for name in names if name in titles], agreed=agreed)


def _shown(request: HttpRequest, form: AddForm, replaced: SavedMethod | None, *, status: int) -> HttpResponse:
    context = {"form": form, "replaced": replaced, "is_offered": form.is_offered}
    return render(request, "account_pages/methods/add.html", context, status=status)


def _tell(request: HttpRequest, setup: MethodSetup) -> None:
    if setup.method:
        messages.success(request, _("%(method)s is saved.") % {"method": setup.method})
    elif setup.status == MethodSetup.Status.FAILED:
        messages.error(request, _("Nothing was saved: the provider refused it. You can try again, or add another one."))
    elif setup.status == MethodSetup.Status.CANCELLED:
        messages.info(request, _("Nothing was saved."))
    else:
        messages.info(request, _("The provider has not confirmed it yet. It will be listed here as soon as it does."))


def _box(mandate: Mandate) -> str:
    return f"mandate-{mandate.public_id}"
