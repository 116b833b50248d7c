"""Who is staff, and who among them are owners."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from storefront.users.models import User
from storefront.users.roles import ENTER, OWNER

_APP, _CODENAME = ENTER.split(".")
#: Whose log-in opens the back office: flagged, or in a group that does.
IS_STAFF = (
    Q(is_staff=True)
    | Q(is_superuser=True)
    | Q(groups__permissions__content_type__app_label=_APP, groups__permissions__codename=_CODENAME)
)
IS_OWNER = Q(is_superuser=True) | Q(groups__role__name=OWNER)


def members() -> QuerySet[User]:
    """The accounts of staff, also those whose access was taken away for a while."""
    return User.objects.filter(pk__in=User.objects.filter(IS_STAFF).values("pk"))


def is_staff_account(user: User) -> bool:
    """Whether the account is one of staff: acts of staff on customers leave it alone."""
    return members().filter(pk=user.pk).exists()


def owners() -> QuerySet[User]:
    """Those who may do everything, active."""
    return User.objects.filter(is_active=True, pk__in=User.objects.filter(IS_OWNER).values("pk"))


def is_owner(user: User) -> bool:
    return owners().filter(pk=user.pk).exists()
