"""Wagtail's users and groups, with our viewsets."""

from wagtail.users.apps import WagtailUsersAppConfig


class UsersConfig(WagtailUsersAppConfig):  # type: ignore[misc]
    user_viewset = "cms.edit_conflicts.wagtail_forms.UserViewSet"
    group_viewset = "cms.edit_conflicts.wagtail_forms.GroupViewSet"

    def ready(self) -> None:
        from django.contrib.auth.models import Group
        from wagtail.permissions import register_permission_policy

        from cms.groups import OwnersOnly, SuperusersOnly
        from storefront.users.models import User

        super().ready()
        register_permission_policy(User, SuperusersOnly(User))
        register_permission_policy(Group, OwnersOnly(Group))
