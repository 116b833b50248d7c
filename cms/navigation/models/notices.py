"""Notices above all pages, which begin and end by themselves."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import PreviewableMixin, RevisionMixin, TranslatableMixin

from cms.navigation.addresses import validate_address
from storefront.core import clock


class NoticeKind(models.TextChoices):
    INFO = "info", _("Information")
    WARNING = "warning", _("Warning")


class Where(models.TextChoices):
    EVERYWHERE = "everywhere", _("On every page")
    SHOP = "shop", _("Where people choose and buy: home, products, cart, checkout")


class Notice(RevisionMixin, PreviewableMixin, TranslatableMixin, models.Model):
    """A line above the pages. Times are UTC; ``ends_at`` None: until it is deleted.

    Readers get it in the default language where it is not translated into theirs.
    """

    text = models.CharField(_("text"), max_length=250, help_text=_("One sentence, two at most."))
    link_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("link to a page"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Readers get it in their language. There is no link until it is published."),
    )
    link_address = models.CharField(
        _("or to an address"),
        max_length=500,
        blank=True,
        validators=[validate_address],
        help_text=_("A path of the shop such as /account/, or https://, mailto:, tel:."),
    )
    link_label = models.CharField(
        _("what the link says"), max_length=60, blank=True, help_text=_("Leave empty for the page's title.")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=NoticeKind, default=NoticeKind.INFO)
    where = models.CharField(_("where"), max_length=12, choices=Where, default=Where.EVERYWHERE)
    starts_at = models.DateTimeField(_("from"), default=clock.now)
    ends_at = models.DateTimeField(
        _("until"), null=True, blank=True, help_text=_("Leave empty to show it until it is deleted.")
    )
    is_dismissible = models.BooleanField(
        _("visitors may close it"),
        default=True,
        help_text=_("Visitors who closed it do not see it again in that browser, unless its text changes."),
    )

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gt=models.F("starts_at")),
                name="notice_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def status(self) -> str:
        """Whether it is shown at this moment, in words."""
        now = clock.now()
        if now < self.starts_at:
            return gettext("Begins later")
        return gettext("Over") if self.ends_at and self.ends_at <= now else gettext("Shown now")

    def clean(self) -> None:
        super().clean()
        errors = {}
        if self.link_page_id and self.link_address:
            errors["link_address"] = _("Choose a page or type an address, not both.")
        elif self.link_address and not self.link_label:
            errors["link_label"] = _("Enter the text of the link.")
        elif self.link_label and not self.link_page_id and not self.link_address:
            errors["link_page"] = _("Say where this link leads: choose a page or type an address.")
        if self.ends_at and self.starts_at and self.ends_at <= self.starts_at:
            errors["ends_at"] = _("The end must come after the beginning.")
        if errors:
            raise ValidationError(errors)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """A page of the shop below this notice, whatever its times; ``cms.site_context`` puts it there."""
        request.previewed_snippet = self  # type: ignore[attr-defined]
        return TemplateResponse(request, "cms/navigation_preview.html", {"object": self}, status=200)
