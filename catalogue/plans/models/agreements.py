"""Public agreements and their versions."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField
from wagtail.models import DraftStateMixin, PreviewableMixin, RevisionMixin, TranslatableMixin, WorkflowMixin

from storefront.core import clock


class Agreement(  # type: ignore[django-manager-missing]
    WorkflowMixin, DraftStateMixin, RevisionMixin, PreviewableMixin, TranslatableMixin, models.Model
):
    """A public agreement that buyers must accept, in one language; translations share ``translation_key``.

    Publishing a changed text makes a new version (see ``agreements.publish_version``); drafts and scheduled texts make
    none. A product refers to the agreement in the default language, buyers read it in theirs.
    """

    name = models.CharField(_("name"), max_length=200, help_text=_("As the buyer reads it beside the box to tick."))
    slug = models.SlugField(_("address"), max_length=100)
    body = RichTextField(_("text"), features=["h2", "h3", "bold", "italic", "ol", "ul", "link"])

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["name"]
        unique_together = [("translation_key", "locale"), ("slug", "locale")]

    def __str__(self) -> str:
        return self.name

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        return "catalogue/agreement.html"

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        """The version that publishing now would make."""
        last = self.versions.order_by("-number").first() if self.pk else None
        number = last.number + 1 if last else 1
        version = AgreementVersion(agreement=self, number=number, name=self.name, body=self.body)
        return {"slug": self.slug or "preview", "version": version, "earlier": [], "is_replaced": False}

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """As buyers see it, in the agreement's language rather than the editor's."""
        with translation.override(self.locale.language_code):
            return super().serve_preview(request, mode_name).render()  # type: ignore[no-any-return]


class AgreementVersion(models.Model):
    """A text that is or was in force. Never edited, nor deleted while a consent refers to it."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    name = models.CharField(max_length=200)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["agreement", "number"], name="agreement_version_once")]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"

    @staticmethod
    def digest(text: str) -> str:
        """SHA-256 of the exact text, hexadecimal."""
        return hashlib.sha256(text.encode()).hexdigest()
