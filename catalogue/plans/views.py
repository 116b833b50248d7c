"""The public texts of agreements: the one in force, and every earlier version."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from catalogue.plans.models import AgreementVersion


@require_safe
def agreement(request: HttpRequest, slug: str) -> HttpResponse:
    """The version in force, which is the last one published. 404 if there is none."""
    versions = list(
        AgreementVersion.objects.filter(agreement__slug=slug).only(
            "number", "name", "body", "published_at", "agreement"
        )
    )
    if not versions:
        raise Http404
    return _page(request, slug, versions[0], earlier=versions[1:])


@require_safe
def agreement_version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One version, whether in force or not: what somebody once accepted stays readable."""
    version = get_object_or_404(AgreementVersion, agreement__slug=slug, number=number)
    newer = AgreementVersion.objects.filter(agreement=version.agreement_id, number__gt=number).exists()
    return _page(request, slug, version, is_replaced=newer)


def _page(
    request: HttpRequest,
    slug: str,
    version: AgreementVersion,
    *,
    earlier: list[AgreementVersion] | None = None,
    is_replaced: bool = False,
) -> HttpResponse:
    context = {"slug": slug, "version": version, "earlier": earlier or [], "is_replaced": is_replaced}
    return render(request, "catalogue/agreement.html", context)
