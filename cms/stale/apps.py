"""Wagtail's users and groups, with our viewsets."""

from wagtail.users.apps import WagtailUsersAppConfig


class UsersConfig(WagtailUsersAppConfig):  # type: ignore[misc]
    user_viewset = "cms.stale.admin.UserViewSet"
    group_viewset = "cms.stale.admin.GroupViewSet"
