"""Edit views of snippets and pages that refuse to overwrite another's changes unseen.

Wagtail itself checks only autosaves; pressing 'Save' replaces whatever is stored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.contrib.admin.utils import unquote
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from wagtail.admin import messages
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.pages.create import CreateView as WagtailPageCreateView
from wagtail.admin.views.pages.edit import EditView as WagtailPageEditView
from wagtail.admin.widgets.button import Button
from wagtail.models import Page, Revision
from wagtail.snippets.views.snippets import EditView as WagtailSnippetEditView

from cms.edit_conflicts import form_states, value_log
from cms.edit_conflicts.conflicts import (
    OVERWRITE,
    REFUSED,
    SEEN,
    Carried,
    Conflict,
    display_name,
    last_change,
    offer_overwriting,
)
from cms.edit_conflicts.row_locks import hold
from storefront.core import kept_states

View = Callable[..., HttpResponseBase]


def one_at_a_time(model: type[Model], argument: str, view: View) -> View:
    """Serialise POSTs to ``view`` by a lock on the edited row; ``argument`` is the URL argument with its key."""

    @wraps(view)
    def saved(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            hold(model, unquote(str(kwargs[argument])))
            return view(request, *args, **kwargs)

    return saved


class _RevisionsMixin:
    """For models with revisions: Wagtail's form names the revision it was loaded with."""

    request: Any
    is_out_of_date: bool
    latest_revision: Any

    def conflict_of_revisions(self, form: Any) -> Conflict | None:
        posted, latest = self.request.POST, self.latest_revision
        if not latest or not (self.is_out_of_date or REFUSED in posted):
            return None
        token = f"{latest.pk} {latest.created_at.isoformat()}"
        if posted.get(OVERWRITE) == token:
            return None
        number = posted.get("loaded_revision_id", "")
        loaded = Revision.objects.filter(pk=number).first() if number.isdecimal() else None
        fields = form_states.changes_of_revisions(form, loaded, latest) if loaded else []
        if loaded and loaded.pk != latest.pk and not fields:
            return None  # saved again unchanged, as an autosave does: nothing to overwrite
        return Conflict(fields, display_name(latest.user), latest.created_at, token)


class EditView(_RevisionsMixin, WagtailSnippetEditView):  # type: ignore[misc]
    """The form of a snippet."""

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        if not self.revision_enabled:
            shown = {} if form.is_bound else form_states.state(form)
            form.fields[SEEN] = Carried(initial=json.dumps(shown))
        return form

    def is_valid(self, form: Any) -> bool:
        conflict = self.conflict_of_revisions(form) if self.revision_enabled else self._conflict_of_states()
        if conflict is None:
            return bool(super().is_valid(form))
        self.produced_error_code = "invalid_revision"
        self.produced_error_message = str(conflict)
        offer_overwriting(form, conflict)
        return False

    def save_instance(self) -> Any:
        if self.revision_enabled:
            return super().save_instance()
        stored = self._stored_form()
        before, state = value_log.values(stored), kept_states.state_of(stored.instance)
        instance = super().save_instance()
        stored = self._stored_form()
        states = state and {"before": state, "after": kept_states.state_of(stored.instance)}
        changes = value_log.note(instance, before, value_log.values(stored), user=self.request.user, state=states)
        self.saved(changes, states)
        return instance

    def saved(self, changes: value_log.Changes, states: Mapping[str, Any] | None) -> None:
        """What else is to happen after a save, in its transaction. ``states``: that of before and that of after, of a
        thing that has one."""

    @cached_property
    def header_more_buttons(self) -> list[Any]:
        """And the way to what it was, for things whose states are kept."""
        buttons: list[Any] = super().header_more_buttons
        if kept_states.keeper(self.model) is None:
            return buttons
        url = reverse("backoffice-versions", args=[self.model._meta.model_name, self.object.pk])
        return [*buttons, Button(_("Compare and roll back"), url=url, icon_name="history", priority=30)]

    def _stored_form(self) -> Any:
        """The form as a GET request would show it now."""
        stored = self.model._default_manager.get(pk=self.object.pk)
        return self.get_form_class()(instance=stored, for_user=self.request.user)

    def _conflict_of_states(self) -> Conflict | None:
        seen = form_states.read(self.request.POST.get(SEEN, ""))
        if seen is None:
            return None
        form = self._stored_form()
        stored = form.instance
        current = form_states.state(form)
        token = form_states.token(current)
        if seen == current or self.request.POST.get(OVERWRITE) == token:
            return None
        return Conflict(form_states.changes(form, seen), *last_change(stored), token)


class OneEditorAtATime:
    """A mixin for snippet viewsets: their form refuses to overwrite unseen changes."""

    edit_view_class = EditView
    model: type[Model]
    pk_argument = "pk"

    @property
    def edit_view(self) -> View:
        return one_at_a_time(self.model, self.pk_argument, super().edit_view)  # type: ignore[misc]

    @property
    def revisions_revert_view(self) -> View:
        return one_at_a_time(self.model, self.pk_argument, super().revisions_revert_view)  # type: ignore[misc]


class PageEditView(_RevisionsMixin, WagtailPageEditView):  # type: ignore[misc]
    """The editor of a page."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = self.form_class(
            request.POST,
            request.FILES,
            instance=self.page,
            subscription=self.subscription,
            parent_page=self.parent,
            for_user=request.user,
        )
        conflict = None if self.page.alias_of_id else self.conflict_of_revisions(form)
        if conflict is None:
            answer: HttpResponseBase = super().post(request, *args, **kwargs)
            return answer
        if self.expects_json_response:
            return self.json_error_response("invalid_revision", str(conflict))  # type: ignore[no-any-return]
        self.form = form
        offer_overwriting(form, conflict)
        messages.error(request, str(conflict))
        self.has_unsaved_changes = True
        return self.render_to_response(self.get_context_data())  # type: ignore[no-any-return]


def _page_view(argument: str, view: View) -> View:
    """Replaces Wagtail's own view, with the decorators Wagtail puts on its whole admin."""
    guarded: View = never_cache(require_admin_access(one_at_a_time(Page, argument, view)))
    return guarded


edit_page = _page_view("page_id", PageEditView.as_view())
#: An autosave may create the page at the moment it is published: the second request finds the first's page.
add_page = _page_view("parent_page_id", WagtailPageCreateView.as_view())
