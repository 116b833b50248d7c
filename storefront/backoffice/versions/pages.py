"""What a thing was, and how two of its states differ."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.admin_url_finder import AdminURLFinder

from storefront.backoffice.pages import DetailPage, trail
from storefront.backoffice.rights import has_any
from storefront.backoffice.versions import kinds


class VersionsPage(DetailPage):
    """``?a=`` and ``?b=``: the keys of two states; the last change and now, if nothing else is asked for."""

    template_name = "backoffice/versions/page.html"
    header_icon = "history"
    page_title = _("Compare and roll back")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.kind = kinds.KINDS.get(self.kwargs["kind"])
        self.permissions = (self.kind.view, self.kind.change) if self.kind else ()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.thing = kinds.thing(self.kwargs["kind"], self.kwargs["pk"])
        return super().get(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return str(self.thing)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        items = trail((), self.get_page_title())
        url = AdminURLFinder(self.request.user).get_edit_url(self.thing)
        if url:
            items.insert(1, {"url": url, "label": str(self.thing)})
        return items

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        name, found = self.kwargs["kind"], kinds.versions(self.kwargs["kind"], self.thing)
        by_key = {version.key: version for version in found}
        b = by_key.get(self.request.GET.get("b", "now"), found[0])
        a = by_key.get(self.request.GET.get("a", ""), found[1] if len(found) > 1 else found[0])
        may_change = has_any(self.request.user, (kinds.kind(name).change,))
        return super().get_context_data(**kwargs) | {
            "versions": [
                (version, self._restore_url(version) if may_change and version.state != found[0].state else "")
                for version in found
            ],
            "a": a,
            "b": b,
            "differences": kinds.differences(name, self.thing, a.state, b.state),
            "kind_label": kinds.kind(name).label,
        }

    def _restore_url(self, version: kinds.Version) -> str:
        if version.entry is None:
            return ""
        return reverse("backoffice-restore", args=[self.kwargs["kind"], self.thing.pk, version.entry.pk])
