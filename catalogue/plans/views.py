"""The public texts of agreements: the version in force, and every earlier one."""

from django.conf import settings
from django.db.models import Exists, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from catalogue.plans.models import Agreement, AgreementVersion


@require_safe
def agreement(request: HttpRequest, slug: str) -> HttpResponse:
    """The version in force: the last one published. 404 if there is none."""
    versions = list(_versions(slug).only("number", "name", "body", "published_at", "agreement"))
    if not versions:
        raise Http404
    return _page(request, slug, versions[0], earlier=versions[1:])


@require_safe
def agreement_version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Any version, in force or not: what buyers accepted stays readable."""
    version = get_object_or_404(_versions(slug), number=number)
    newer = AgreementVersion.objects.filter(agreement=version.agreement_id, number__gt=number).exists()
    return _page(request, slug, version, is_replaced=newer)


def _versions(slug: str) -> QuerySet[AgreementVersion]:
    """In the language of the address, or in the default language if the agreement has no text in it."""
    in_language = Agreement.objects.filter(slug=slug, locale__language_code=get_language())
    own = Agreement.objects.filter(slug=slug, locale__language_code=settings.LANGUAGE_CODE)
    fallback = Q(agreement__in=own) & ~Exists(in_language.filter(versions__isnull=False))
    return AgreementVersion.objects.filter(Q(agreement__in=in_language) | fallback)


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
