"""Models of the back office, a module per section."""

from .customers import CustomerAct, LogIn, StaffNote
from .saved_views import SavedView

__all__ = ["CustomerAct", "LogIn", "SavedView", "StaffNote"]
