from storefront.users.models.approvals import ApprovalRequest, ApprovalStatus
from storefront.users.models.data_requests import DataRequest, DataRequestKind, DataRequestStatus
from storefront.users.models.people import AccountErased, User
from storefront.users.models.staff import Role, StaffInvitation

__all__ = [
    "AccountErased",
    "ApprovalRequest",
    "ApprovalStatus",
    "DataRequest",
    "DataRequestKind",
    "DataRequestStatus",
    "Role",
    "StaffInvitation",
    "User",
]
