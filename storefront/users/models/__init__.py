from storefront.users.models.people import User
from storefront.users.models.staff import Role, StaffInvitation

__all__ = ["Role", "StaffInvitation", "User"]
