from storefront.users.models.approvals import ApprovalRequest, ApprovalStatus
from storefront.users.models.people import User
from storefront.users.models.staff import Role, StaffInvitation

__all__ = ["ApprovalRequest", "ApprovalStatus", "Role", "StaffInvitation", "User"]
