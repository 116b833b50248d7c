"""The customer's licenses: the list, one of them, and the portal it is for."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from checkout.page import portal_field
from storefront.account import rows
from storefront.account.forms import HandoverForm
from storefront.account.renewals import panel
from storefront.account.views import own, page_of, user_of
from storefront.core.form_fields import Question
from storefront.licensing import queries as licensing
from storefront.licensing.bitrix24.addresses import AddressNotChanged, change_address
from storefront.licensing.models import License
from storefront.licensing.services import handover_endings, handovers


@own
@require_safe
def licenses(request: HttpRequest) -> HttpResponse:
    page = page_of(request, licensing.licenses_of(user_of(request)))
    return render(request, "account_pages/licenses.html", {"page_obj": page, "rows": rows.license_rows(page)})


def license_of(request: HttpRequest, public_id: str) -> License:
    found = licensing.licenses_of(user_of(request)).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


@own
@require_safe
def license(request: HttpRequest, public_id: str) -> HttpResponse:
    return license_page(request, license_of(request, public_id))


def license_page(
    request: HttpRequest,
    found: License,
    *,
    problem: str = "",
    question: Question | None = None,
    typed: str = "",
    handover_form: HandoverForm | None = None,
    status: int = 200,
) -> HttpResponse:
    row = rows.license_row(found)
    offer = handover_endings.latest(found)
    failed = offer if offer is not None and handover_endings.has_failed(offer) else None
    context = {
        "handover": offer if offer is not None and handovers.is_open(offer) else None,
        "failed": failed,
        "handover_form": handover_form or HandoverForm(initial={"email": failed.email} if failed else None),
        "row": row,
        "license": found,
        "periods": rows.period_rows(found),
        "problem": problem,
        "question": question,
        "typed": typed,
        "renewal": panel.of(found),
        "may_move": row.link.code in ("unnamed", "waiting", "scheduled", "conflict"),
    }
    return render(request, "account_pages/license.html", context, status=status)


@own
@require_POST
def license_address(request: HttpRequest, public_id: str) -> HttpResponse:
    """Another portal for a license that waits for one. What was typed stays in ``portal_field.read``."""
    found = license_of(request, public_id)
    reading = portal_field.read_posted(request.POST)
    problem = reading.message
    if not problem:
        try:
            change_address(license=found, raw=reading.host, actor=user_of(request))
        except AddressNotChanged as refusal:
            problem = str(refusal)
    if problem:
        return license_page(request, found, problem=problem, question=reading.question, typed=reading.host, status=422)
    messages.success(request, _("The license is for %(host)s now.") % {"host": reading.host})
    return redirect("account-license", public_id=public_id)
