"""Wagtail's users and groups, with our viewsets."""

from wagtail.users.apps import WagtailUsersAppConfig


class UsersConfig(WagtailUsersAppConfig):  # type: ignore[misc]
    user_viewset = "cms.edit_conflicts.wagtail_forms.UserViewSet"
    group_viewset = "cms.edit_conflicts.wagtail_forms.GroupViewSet"
