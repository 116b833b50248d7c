"""How the seller issues documents: the page of the settings, and the pictures of seal and signature."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from storefront.backoffice import history
from storefront.backoffice.documents.page import CRUMBS
from storefront.backoffice.documents.settings_form import SettingsForm
from storefront.backoffice.pages import trail
from storefront.backoffice.rights import StaffOnly, has_any
from storefront.billing.documents import pictures
from storefront.billing.documents.models import DocumentSettings, Picture, PictureRole
from storefront.billing.documents.sellers import seller_of
from storefront.core import kept_states

CHANGE, USE_SEAL = "documents.change_documentsettings", "documents.use_seal"
ACTION = "documents.settings"


class DocumentSettingsPage(StaffOnly, WagtailAdminTemplateMixin, FormView):
    """A changed seal is as serious as a changed bank account: it needs a fresh log-in and stands in the history."""

    permissions = (CHANGE,)
    needs_fresh_login = True
    template_name = "backoffice/documents/settings.html"
    form_class = SettingsForm
    page_title = gettext_lazy("How documents are issued")
    header_icon = "cog"
    success_url = reverse_lazy("backoffice-documents-settings")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if seller_of(None) is None:
            messages.warning(request, _("Name the seller first, under Shop, Seller."))
            return redirect("backoffice-documents")
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    @cached_property
    def settings(self) -> DocumentSettings:
        seller = seller_of(None)
        if seller is None:
            raise Http404
        return getattr(seller, "document_settings", None) or DocumentSettings(seller=seller)

    @cached_property
    def may_use_seal(self) -> bool:
        return has_any(self.request.user, (USE_SEAL,))

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        return kwargs | {"instance": self.settings, "may_use_seal": self.may_use_seal}

    def form_valid(self, form: SettingsForm) -> HttpResponse:
        with transaction.atomic():
            known = DocumentSettings.objects.filter(pk=form.instance.pk).first()
            before = _values(known) if known else {}
            settings: DocumentSettings = form.save(commit=False)
            for role, drawing in form.drawings.items():
                picture = pictures.keep(drawing, seller=settings.seller, role=role, by=self.request.user)  # type: ignore[arg-type]
                setattr(settings, str(role), picture)
            if form.cleaned_data.get("without_marks"):
                settings.seal = settings.signature = None
            settings.save()
            history.record(settings, ACTION, by=self.request.user, before=before, after=_values(settings))  # type: ignore[arg-type]
        messages.success(self.request, _("Saved. Documents that are issued from now on are made this way."))
        return redirect(self.get_success_url())

    def form_invalid(self, form: SettingsForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return trail(CRUMBS, self.get_page_title())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        shown = [PictureRole.LOGO, *([PictureRole.SEAL, PictureRole.SIGNATURE] if self.may_use_seal else [])]
        known = [picture for role, picture in self.settings.pictures.items() if role in shown]
        return context | {"pictures": known}


def _values(settings: DocumentSettings) -> dict[str, str]:
    names = [field.name for field in DocumentSettings._meta.concrete_fields if field.name not in ("id", "seller")]
    return kept_states.field_words(DocumentSettings, kept_states.read_fields(settings, names))


class PictureFile(StaffOnly, View):
    """A picture of the settings, to be looked at by those who may use it."""

    permissions = (USE_SEAL, CHANGE)
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        picture = get_object_or_404(Picture, public_id=public_id)
        if picture.role != PictureRole.LOGO and not has_any(request.user, (USE_SEAL,)):
            raise Http404
        try:
            with picture.file.open() as file:
                response = HttpResponse(file.read(), content_type="image/png")
        except FileNotFoundError:
            raise Http404 from None
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
