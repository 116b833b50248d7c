"""The page 'Your data': a copy of what the shop holds, and the erasure of the account."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from storefront.account.views import own
from storefront.core import sentences, throttle
from storefront.core.serving import ranged
from storefront.licensing.personal_data import running
from storefront.users import services
from storefront.users.data_protection import links, people, requests
from storefront.users.fresh_login import require_fresh_login
from storefront.users.models import DataRequest, DataRequestKind, DataRequestStatus, User


class ErasureForm(forms.Form):
    """Typed by the customer: the e-mail of the account, and what becomes of licenses that still run."""

    licenses = forms.ChoiceField(
        label=gettext_lazy("Licenses that still run"),
        choices=[
            ("keep", gettext_lazy("work on until they end; nobody can extend or move them any more")),
            ("end", gettext_lazy("end with the account; no money comes back for the time that is left")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what becomes of your licenses.")},
    )
    email = forms.CharField(
        label=gettext_lazy("Type the e-mail of your account, to be sure"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Type the e-mail of your account.")},
    )

    def __init__(self, *args: Any, customer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})
        self.customer = customer
        if not running(customer.pk):
            del self.fields["licenses"]

    def clean_email(self) -> str:
        typed = str(self.cleaned_data["email"])
        if services.normalise_email(typed) != services.normalise_email(self.customer.email):
            raise forms.ValidationError(_("This is not the e-mail of your account."))
        return typed

    @property
    def ends_licenses(self) -> bool | None:
        return self.cleaned_data["licenses"] == "end" if "licenses" in self.fields else None


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@own
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """What was asked for, the copy while it is there, and the way to the erasure."""
    user = _user(request)
    asked = requests.of(user)
    waiting = next((each for each in asked if _is(each, DataRequestKind.ERASURE, DataRequestStatus.WAITING)), None)
    exports = [each for each in asked if each.kind == DataRequestKind.EXPORT]
    context = {
        "asked": asked,
        "is_proven": services.is_proven(user),
        "copy": next((each for each in exports if each.file), None),
        "is_being_made": any(each.status == DataRequestStatus.WAITING for each in exports),
        "waiting": waiting,
        "withdraw_url": links.withdraw_url(waiting) if waiting else "",
        "wait_days": settings.ERASURE_WAIT_DAYS,
        "keep_days": settings.EXPORT_KEEP_DAYS,
    }
    return render(request, "account_pages/data.html", context)


def _is(asked: DataRequest, kind: str, status: str) -> bool:
    return (asked.kind, asked.status) == (kind, status)


@own
@require_POST
def ask_copy(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    if not services.is_proven(user):
        return redirect("account-data")
    try:
        throttle.check_key("data-export", str(user.pk))
        requests.ask_export(customer=user, by=user)
        throttle.hit_key("data-export", str(user.pk))
    except throttle.Throttled as exc:
        return throttle.too_many(request, exc.retry_after)
    except requests.AskedAlready:
        messages.info(request, _("The copy is being made already."))
    except requests.NotPossible:
        messages.error(request, _("Accounts of staff have no copy of this kind. Ask an owner of the shop."))
    else:
        messages.success(request, _("We make the copy now, and mail you when it is there."))
    return redirect("account-data")


@own
@require_safe
@ranged
def copy(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The ZIP, for the logged-in customer alone, as long as it is kept."""
    asked = DataRequest.objects.filter(public_id=public_id, customer=_user(request)).exclude(file="").first()
    if asked is None:
        raise Http404
    try:
        content = asked.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    name = f"data-{asked.asked_at:%Y-%m-%d}.zip"
    return FileResponse(content, as_attachment=True, filename=name, content_type="application/zip")


@own
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """What an erasure takes and leaves, what is in its way, and the form that asks for it; after the password again."""
    user = _user(request)
    if not services.is_proven(user):
        return redirect("account-data")
    require_fresh_login(request)
    form = ErasureForm(request.POST if request.method == "POST" else None, customer=user)
    if form.is_valid():
        try:
            throttle.hit_key("data-erase", str(user.pk))
            return _asked(request, user, form)
        except throttle.Throttled as exc:
            return throttle.too_many(request, exc.retry_after)
        except requests.InTheWay:
            pass  # shown below
    in_the_way = [each for each in people.barriers(people.person(user)) if each.is_firm]
    context = {
        "form": form,
        "in_the_way": [sentences.told(sentences.kept([each.sentence])) for each in in_the_way],
        "wait_days": settings.ERASURE_WAIT_DAYS,
        "number": user.pk,
    }
    return render(request, "account_pages/erase.html", context, status=422 if form.is_bound else 200)


def _asked(request: HttpRequest, user: User, form: ErasureForm) -> HttpResponse:
    try:
        requests.ask_erasure(customer=user, by=user, ends_licenses=form.ends_licenses)
    except requests.AskedAlready:
        messages.info(request, _("You have asked for it already."))
    except requests.NotPossible:
        messages.error(request, _("Accounts of staff are not erased here. Ask an owner of the shop."))
    else:
        messages.success(request, _("Your account will be erased. A mail with the day is on its way."))
    return redirect("account-data")
