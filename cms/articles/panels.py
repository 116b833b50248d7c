"""What editors see beside an article's own fields."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel


class VotesPanel(Panel):
    """How readers answered 'was this helpful?'. Nothing to fill in."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("heading", _("Was this helpful?"))
        super().__init__(**kwargs)

    def on_model_bound(self) -> None:
        self.icon = "check"

    class BoundPanel(Panel.BoundPanel):
        template_name = "cms/articles/votes_panel.html"

        def is_shown(self) -> bool:
            """A page that nobody could read yet has no answers."""
            return bool(super().is_shown() and self.instance.pk)

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            context["votes"] = getattr(self.instance, "votes", None)
            return context
