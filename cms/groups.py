"""Wagtail's forms of users and groups: who may use them, and what they may not do.

Staff are invited, given roles and sent away in the section of staff; Wagtail's form of users, which knows neither, is
left to superusers. Groups are changed by owners alone: whoever else could, would be able to give themselves any right.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import TitleColumn
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.users.forms import GroupForm as WagtailGroupForm
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views.groups import IndexView

from storefront.users import approvals, queries, role_names, roles, staffing
from storefront.users.fresh_login import require_fresh_login
from storefront.users.models import User

#: Without these an owner could not give any right back.
KEPT_BY_OWNERS = (roles.ENTER, "users.invite_staff")
#: Offered by Wagtail, but not here: roles are for owners alone, and staff are invited; languages come from the
#: settings, the one seller is there from the beginning, agreements that were published stay.
NOT_OFFERED = (
    ("auth", "group", ("add", "change", "delete", "view")),
    ("users", "user", ("add", "change", "delete")),
    ("wagtailcore", "locale", ("add", "change", "delete", "view")),
    ("billing", "seller", ("add", "delete")),
    ("plans", "agreement", ("delete",)),
)
#: What gives somebody rights, or somebody's account to another.
WAITING_FIELDS = frozenset({"groups", "is_active", "email", "password1"})
IN_STAFF = _(
    "Not here: where a second person decides about roles, nobody changes the access of staff alone. "
    'Use <a href="{url}">Staff</a>.'
)


class SuperusersOnly(ModelPermissionPolicy):  # type: ignore[misc]
    def user_has_permission(self, user: User, action: str) -> bool:
        return user.is_active and user.is_superuser

    def users_with_any_permission(self, actions: Iterable[str]) -> QuerySet[User]:
        return User.objects.filter(is_active=True, is_superuser=True)


class OwnersOnly(ModelPermissionPolicy):  # type: ignore[misc]
    def user_has_permission(self, user: User, action: str) -> bool:
        return bool(super().user_has_permission(user, action)) and staffing.is_owner(user)


class FreshLogin:
    """Mixin of views: asks who has ``serious_right`` for password or second factor once more; others are refused."""

    serious_right = "auth.change_group"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if isinstance(request.user, User) and request.user.has_perm(self.serious_right):
            require_fresh_login(request)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response


class RoleName:
    """Mixin of Wagtail's views of one group: the heading has the name that staff read."""

    object: Any

    def get_page_subtitle(self) -> str:
        return role_names.shown(self.object.name)

    def get_success_message(self) -> str:
        return str(self.success_message) % {"object": self.get_page_subtitle()}  # type: ignore[attr-defined]


class GroupIndexView(IndexView):  # type: ignore[misc]
    columns = [
        TitleColumn(
            "name", label=_("Name"), sort_key="name", url_name="wagtailusers_groups:edit",
            accessor=lambda group: role_names.shown(group.name),
        )
    ]  # fmt: skip


class GroupForm(WagtailGroupForm):  # type: ignore[misc]
    """Offers the rights that mean something here; the owners' group keeps what owners need to undo a mistake."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = role_names.shown(self.instance.name)
        if shown != self.instance.name:
            self.fields["name"].help_text = _("Staff read: %(name)s.") % {"name": shown}
        offered: QuerySet[Permission] = self.registered_permissions  # type: ignore[has-type]  # the class's
        for app, model, verbs in NOT_OFFERED:
            codenames = [f"{verb}_{model}" for verb in verbs]
            offered = offered.exclude(content_type__app_label=app, codename__in=codenames)
        self.registered_permissions = offered
        self.fields["permissions"].queryset = offered.select_related("content_type")

    def clean_permissions(self) -> QuerySet[Permission]:
        chosen: QuerySet[Permission] = self.cleaned_data["permissions"]
        if staffing.is_owners_group(self.instance):
            names = {f"{each.content_type.app_label}.{each.codename}" for each in chosen}
            if not names.issuperset(KEPT_BY_OWNERS):
                raise forms.ValidationError(
                    _("Owners must be able to enter the back office and to invite staff, or nobody could."), "owners"
                )
        return chosen


class NoWayAround:
    """Mixin of Wagtail's forms of users: where a second person decides who has which role, what would give somebody
    roles, or the account of somebody who has them, is changed in the section of staff."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data  # type: ignore[misc, attr-defined]
        for name in sorted(WAITING_FIELDS.intersection(self.changed_data)):  # type: ignore[attr-defined]
            is_closing = name == "is_active" and not data.get(name)
            if not is_closing and approvals.is_needed("member") and self._is_staff(name):
                where = format_html(str(IN_STAFF), url=reverse("backoffice-staff"))
                self.add_error(name, where)  # type: ignore[attr-defined]
        return data

    def _is_staff(self, name: str) -> bool:
        member: User = self.instance  # type: ignore[attr-defined]
        return name == "groups" or (member.pk is not None and queries.is_staff(member))


class NewUserForm(NoWayAround, UserCreationForm):  # type: ignore[misc]
    """Without the box that makes a superuser."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("is_superuser", None)


class UserForm(NoWayAround, UserEditForm):  # type: ignore[misc]
    """Without the box that makes a superuser."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("is_superuser", None)
