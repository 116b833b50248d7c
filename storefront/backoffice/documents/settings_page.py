"""How the seller issues documents: the page of the settings, and the pictures of seal and signature."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from storefront.backoffice.documents import settings_saving
from storefront.backoffice.documents.page import CRUMBS
from storefront.backoffice.documents.settings_form import SettingsForm
from storefront.backoffice.pages import trail
from storefront.backoffice.rights import StaffOnly, has_any
from storefront.backoffice.staff.refusals import explain_approval
from storefront.billing.documents import settings_states
from storefront.billing.documents.models import DocumentSettings, Picture, PictureRole
from storefront.billing.documents.sellers import seller_of
from storefront.billing.models import Seller
from storefront.users import approvals
from storefront.users.models import ApprovalRequest

CHANGE, USE_SEAL = settings_states.RIGHT, settings_states.SEAL_RIGHT


class DocumentSettingsPage(StaffOnly, WagtailAdminTemplateMixin, FormView):
    """Of the seller in the address, else of the one of new invoices. A changed seal or bank account is as serious as
    other details of the seller: it needs a fresh log-in, owners are told, a second person decides where that is on."""

    permissions = (CHANGE,)
    needs_fresh_login = True
    template_name = "backoffice/documents/settings.html"
    form_class = SettingsForm
    page_title = gettext_lazy("How documents are issued")
    header_icon = "cog"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "seller" not in self.kwargs and seller_of(None) is None:
            messages.warning(request, _("Name the seller first, under Shop, Seller."))
            return redirect("backoffice-documents")
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    @cached_property
    def seller(self) -> Seller:
        if "seller" in self.kwargs:
            found: Seller = get_object_or_404(Seller, pk=self.kwargs["seller"])
            return found
        seller = seller_of(None)
        if seller is None:
            raise Http404
        return seller

    @cached_property
    def settings(self) -> DocumentSettings:
        return getattr(self.seller, "document_settings", None) or DocumentSettings(seller=self.seller)

    @cached_property
    def may_use_seal(self) -> bool:
        return has_any(self.request.user, (USE_SEAL,))

    def get_page_subtitle(self) -> str:
        return self.seller.name if self.others else ""

    @cached_property
    def others(self) -> list[Seller]:
        return list(Seller.objects.exclude(pk=self.seller.pk).order_by("name"))

    def get_success_url(self) -> str:
        return self.request.path

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        return kwargs | {"instance": self.settings, "may_use_seal": self.may_use_seal}

    def form_valid(self, form: SettingsForm) -> HttpResponse:
        try:
            with transaction.atomic():
                said = settings_saving.save(form, by=self.request.user)  # type: ignore[arg-type]
        except approvals.ApprovalError as error:
            form.add_error(None, str(explain_approval(error).message))
            return self.form_invalid(form)
        messages.success(self.request, said)
        return redirect(self.get_success_url())

    def form_invalid(self, form: SettingsForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return trail(CRUMBS, self.get_page_title())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        shown = [PictureRole.LOGO, *(settings_states.MARKS if self.may_use_seal else ())]
        known = [picture for role, picture in self.kept.pictures.items() if role in shown]
        return context | {
            "pictures": known,
            "others": self.others,
            "waiting": self._waiting(),
            "proposed": self._proposed(shown),
        }

    @cached_property
    def kept(self) -> DocumentSettings:
        """As stored: the form writes into its own."""
        return DocumentSettings.objects.filter(seller=self.seller).first() or DocumentSettings(seller=self.seller)

    def _waiting(self) -> list[ApprovalRequest]:
        """Changes that another person has to decide about, and that the reader may see."""
        kinds = [settings_states.DOCUMENTS, *([settings_states.SEAL] if self.may_use_seal else [])]
        return list(approvals.waiting().filter(kind__in=kinds, key=str(self.seller.pk)))

    def _proposed(self, shown: list[PictureRole]) -> list[Picture]:
        """Pictures of such a change, to be looked at by who decides."""
        asked = {request.change.get(role) for request in self._waiting() for role in shown}
        return list(
            Picture.objects.filter(pk__in=asked - {picture.pk for picture in self.kept.pictures.values()} - {None})
        )


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
