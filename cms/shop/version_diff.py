"""Comparison of texts by paragraph, and of an agreement's published versions."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from django.contrib.admin.utils import quote
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.compare import FieldComparison, RichTextFieldComparison, diff_text, register_comparison_class
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.fields import RichTextField

from catalogue.plans.models import Agreement, AgreementVersion

_BLOCKS = ["h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "hr"]


class ParagraphComparison(RichTextFieldComparison):
    """Keeps paragraphs apart; Wagtail's own puts the whole text on one line."""

    def htmldiff(self) -> SafeString:
        html = diff_text(_lines(self.val_a), _lines(self.val_b)).to_html()
        return mark_safe(html.replace("\n", "<br>"))  # noqa: S308 - diff_text escapes


register_comparison_class(RichTextField, comparison_class=ParagraphComparison)


def _lines(html: str | None) -> str:
    """The text of ``html``, one line for each paragraph, heading and list item."""
    soup = BeautifulSoup(html or "", "html.parser")
    for block in soup.find_all(_BLOCKS):
        block.append("\n")
    return soup.get_text().strip()


class CompareVersionsView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Two published versions side by side, as Wagtail compares revisions; their numbers are in the address.

    Revisions are an editor's drafts; a version is a text that was in force, whether or not its draft is kept.
    """

    template_name = "cms/shop/compare.html"
    header_icon = "clipboard-list"
    model = Agreement
    permission_required = "change"
    edit_handler: Any = None  # the viewset's
    index_url_name = edit_url_name = history_url_name = ""

    def setup(self, request: HttpRequest, pk: int, old_number: int, new_number: int) -> None:
        super().setup(request)
        self.agreement = get_object_or_404(Agreement, pk=pk)
        self.old = get_object_or_404(self.agreement.versions, number=old_number)
        self.new = get_object_or_404(self.agreement.versions, number=new_number)

    def get_page_title(self) -> str:
        return _("Version %(old)d and version %(new)d") % {"old": self.old.number, "new": self.new.number}

    def get_page_subtitle(self) -> str:
        return str(self.agreement)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        key = quote(self.agreement.pk)
        return [
            *self.breadcrumbs_items,
            {"url": reverse(self.index_url_name), "label": capfirst(Agreement._meta.verbose_name_plural)},
            {"url": reverse(self.edit_url_name, args=(key,)), "label": str(self.agreement)},
            {"url": reverse(self.history_url_name, args=(key,)), "label": _("History")},
            {"url": "", "label": self.get_page_title(), "sublabel": str(self.agreement)},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs,
            object=self.agreement,
            revision_a_heading=_heading(self.old),
            revision_b_heading=_heading(self.new),
            comparison=self._changes(),
        )

    def _changes(self) -> list[FieldComparison]:
        panel = self.edit_handler.get_bound_panel(instance=self.agreement, request=self.request, form=None)
        old, new = _as_agreement(self.old), _as_agreement(self.new)
        compared = [compare(old, new) for compare in panel.get_comparison()]
        return [field for field in compared if field.has_changed()]


def _heading(version: AgreementVersion) -> str:
    return date_format(localtime(version.published_at), "j E Y, H:i")


def _as_agreement(version: AgreementVersion) -> Any:
    own = version.agreement
    return Agreement(pk=own.pk, name=version.name, slug=own.slug, body=version.body, locale_id=own.locale_id)
