"""Wagtail's other edit forms: pictures, documents, collections, redirects, users, groups.

Users and groups have our viewsets (``cms.edit_conflicts.apps``,
https://docs.wagtail.org/en/stable/extending/customizing_group_views.html); the others have URLs of ours ahead
of Wagtail's (``storefront.urls``). A group's permission panels (pages, collections, pictures) are compared as well.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.loader import select_template
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.collections import Edit as WagtailCollectionEditView
from wagtail.contrib.redirects.views import EditView as WagtailRedirectEditView
from wagtail.documents.views.documents import EditView as WagtailDocumentEditView
from wagtail.images.views.images import EditView as WagtailImageEditView
from wagtail.users.views.groups import EditView as WagtailGroupEditView
from wagtail.users.views.groups import GroupViewSet as WagtailGroupViewSet
from wagtail.users.views.users import EditView as WagtailUserEditView
from wagtail.users.views.users import UserViewSet as WagtailUserViewSet

from cms.edit_conflicts import form_states, value_log
from cms.edit_conflicts.conflicts import OVERWRITE, SEEN, Conflict, OverwriteBox, last_change
from cms.edit_conflicts.row_locks import hold
from cms.edit_conflicts.second_person import SecondPerson
from cms.edit_conflicts.whole_roles import GroupCreateView, GroupDeleteView
from cms.groups import FreshLogin, GroupForm, GroupIndexView, NewUserForm, RoleName, UserForm
from storefront.users import approval_kinds, role_names


class _StatesMixin:
    """For models without revisions: a hidden field at the end of the form carries the state it was loaded with.

    A mixin for Wagtail's generic edit views; it extends whatever template the view has.
    """

    request: HttpRequest
    object: Any
    conflict: Conflict | None = None
    produced_error_code: str
    produced_error_message: str | None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with transaction.atomic():
            hold(self.model, self.object_pk)  # type: ignore[attr-defined]
            self.object = self.get_object()  # type: ignore[attr-defined]  # again, under the lock
            before = value_log.values(self._shown)
            answer: HttpResponseBase = super().post(request, *args, **kwargs)  # type: ignore[misc]
            if answer.status_code == 302:
                del self._shown
                self.saved(value_log.note(self.object, before, value_log.values(self._shown), user=request.user))
            return answer

    def saved(self, changes: value_log.Changes) -> None:
        """What else is to happen after a save, in its transaction."""

    def is_valid(self, form: Any) -> bool:
        self.conflict = self._conflict()
        if self.conflict is None:
            return bool(super().is_valid(form))  # type: ignore[misc]
        self.produced_error_code = "invalid_revision"
        self.produced_error_message = str(self.conflict)
        return False

    def get_template_names(self) -> list[str]:
        return ["cms/edit_conflicts/form.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        is_post = self.request.method == "POST"
        context["form_template"] = select_template(super().get_template_names())  # type: ignore[misc]
        context["seen_name"] = SEEN
        context["seen"] = self.request.POST.get(SEEN, "") if is_post else json.dumps(form_states.state(self._shown))
        if self.conflict is not None:
            context["overwrite_box"] = OverwriteBox(self.conflict.token).render(OVERWRITE, None)
        return context

    def _conflict(self) -> Conflict | None:
        seen = form_states.read(self.request.POST.get(SEEN, ""))
        if seen is None:
            return None
        current = form_states.state(self._shown)
        token = form_states.token(current)
        if seen == current or self.request.POST.get(OVERWRITE) == token:
            return None
        return Conflict(form_states.changes(self._shown, seen), *last_change(self.object), token)

    @cached_property
    def _shown(self) -> Any:
        """The form as a GET request would show it now."""
        view = copy.copy(self)
        view.request = copy.copy(self.request)
        view.request.method = "GET"
        view.object = self.object.__class__._default_manager.get(pk=self.object.pk)
        return view.shown_form()

    def shown_form(self) -> Any:
        return self.get_form()  # type: ignore[attr-defined]


class ImageEditView(_StatesMixin, WagtailImageEditView):  # type: ignore[misc]
    pass


class DocumentEditView(_StatesMixin, WagtailDocumentEditView):  # type: ignore[misc]
    pass


class CollectionEditView(_StatesMixin, WagtailCollectionEditView):  # type: ignore[misc]
    pass


class RedirectEditView(_StatesMixin, WagtailRedirectEditView):  # type: ignore[misc]
    pass


class UserEditView(_StatesMixin, WagtailUserEditView):  # type: ignore[misc]
    pass


class GroupEditView(FreshLogin, RoleName, SecondPerson, _StatesMixin, WagtailGroupEditView):  # type: ignore[misc]
    """All owners are told what was changed; where the rule is on, a second person decides."""

    approval_kind = "role"
    approval_title = gettext_noop("A role was changed")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with transaction.atomic():
            hold(self.model, self.object_pk)
            answer = super().post(request, *args, **kwargs)
            self.ask()
        return answer

    def is_valid(self, form: Any) -> bool:
        self.seen = approval_kinds.read_role(str(self.object.pk))  # before it is saved
        return super().is_valid(form)

    def saved(self, changes: value_log.Changes) -> None:
        self.conclude(changes, self.seen, approval_kinds.read_role(str(self.object.pk)))

    def named(self) -> Any:
        return role_names.shown_lazy(self.object.name)

    def shown_form(self) -> Any:
        form = super().shown_form()
        self.__dict__.pop("permission_panel_forms", None)  # of the view that saved, as sent
        form.panels = self.permission_panel_forms
        return form


class UserViewSet(WagtailUserViewSet):  # type: ignore[misc]
    edit_view_class = UserEditView

    def get_form_class(self, for_update: bool = False) -> type[Any]:
        return UserForm if for_update else NewUserForm


class GroupViewSet(WagtailGroupViewSet):  # type: ignore[misc]
    menu_label = _("Roles and rights")
    create_template_name = edit_template_name = "backoffice/role_form.html"
    index_view_class = GroupIndexView
    add_view_class = GroupCreateView
    edit_view_class = GroupEditView
    delete_view_class = GroupDeleteView

    def get_form_class(self, for_update: bool = False) -> type[GroupForm]:
        return GroupForm


def _address(route: str, view: type[Any]) -> URLPattern:
    """Replaces Wagtail's own URL, with the decorators Wagtail puts on its whole admin."""
    return path(route, never_cache(require_admin_access(view.as_view())))


urlpatterns = [
    _address("images/<int:image_id>/", ImageEditView),
    _address("documents/edit/<int:document_id>/", DocumentEditView),
    _address("collections/<int:pk>/", CollectionEditView),
    _address("redirects/<int:redirect_id>/", RedirectEditView),
]
