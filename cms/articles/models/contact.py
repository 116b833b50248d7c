"""The contact page with its form."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page
from wagtail.search import index
from wagtail.url_routing import RouteResult

from cms.page_base import INTRO_PANEL, ArticlePage
from storefront.billing.models import Seller
from storefront.core import visitor
from storefront.core.language import current_language
from storefront.support import access
from storefront.support.forms import ContactForm
from storefront.support.services import contact

FEATURES = ["h2", "h3", "bold", "italic", "ol", "ul", "link"]
#: Below the page's own address: what is shown after a message has been sent.
SENT = "sent"
MAX_SUBJECT = 200


class ContactPage(ArticlePage):  # type: ignore[django-manager-missing]
    """How to reach us, and a form. Messages are stored, mailed to staff and answered in the back office."""

    intro = models.CharField(_("introduction"), max_length=400, blank=True)
    body = RichTextField(
        _("text"), blank=True, features=FEATURES, help_text=_("Shown beside the form, above the seller's details.")
    )
    hours = models.CharField(_("working hours"), max_length=200, blank=True)
    sent_title = models.CharField(_("heading"), max_length=200, blank=True)
    sent_text = RichTextField(_("what happens next"), blank=True, features=FEATURES)

    #: The form knows who is logged in, so the page cache must not keep it.
    is_personal = True
    page_description = _("How to reach the seller, and a form whose messages staff answer.")
    max_count_per_parent = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types: list[str] = []
    template = "cms/articles/contact.html"
    content_panels = [
        *Page.content_panels,
        INTRO_PANEL,
        FieldPanel("body"),
        FieldPanel("hours", help_text=_("When somebody answers, such as “Monday to Friday, 9 to 18, UTC+1”.")),
        MultiFieldPanel(
            [FieldPanel("sent_title"), FieldPanel("sent_text")],
            heading=_("After a message has been sent"),
            help_text=_("Leave empty for the shop's own text."),
        ),
    ]
    search_fields = [*Page.search_fields, index.SearchField("intro"), index.SearchField("body")]
    preview_modes = [("", _("Form")), (SENT, _("After a message has been sent"))]

    class Meta:
        verbose_name = _("contact page")

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        if path_components == [SENT] and self.live:
            return RouteResult(self, kwargs={"is_sent": True})
        return super().route(request, path_components)

    def serve(self, request: HttpRequest, *args: Any, is_sent: bool = False, **kwargs: Any) -> HttpResponse:
        """Show the form; a POST sends it. Errors stand at the fields, with status 422."""
        if is_sent:
            return self._page(request, is_sent=True)
        if request.method != "POST":
            subject = request.GET.get("subject", "")[:MAX_SUBJECT]
            return self._page(request, form=ContactForm(request=request, initial={"subject": subject}))
        form = ContactForm(request.POST, request=request)
        if not form.is_valid():
            return self._page(request, form=form, status=422)
        self._send(request, form)
        return redirect(f"{self.get_url(request)}{SENT}/")

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        if mode_name == SENT:
            return self._page(request, is_sent=True)
        return self._page(request, form=ContactForm(request=request))

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["seller"] = Seller.objects.filter(is_default=True).first()
        return context

    def _page(self, request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
        return TemplateResponse(request, self.template, {**self.get_context(request), **more}, status=status)

    def _send(self, request: HttpRequest, form: ContactForm) -> None:
        given = form.cleaned_data
        contact.receive(
            name=given["name"],
            email=given["email"],
            subject=given["subject"],
            message=given["message"],
            page_url=request.path,
            customer=access.customer_of(request),
            language=current_language(),
            ip=visitor.client_address(request),
        )


def contact_url(request: HttpRequest | None = None) -> str:
    """The address of the contact page in the reader's language, "" if there is none. One query."""
    page = ContactPage.objects.published().first()
    return (page.get_url(request) or "") if page else ""
