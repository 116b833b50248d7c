"""Models of the back office, a module per section."""

from .confirmations import ConfirmedAct
from .customers import CustomerAct, LogIn, StaffNote
from .saved_views import SavedView
from .search import SearchDocument, SearchTerm

__all__ = ["ConfirmedAct", "CustomerAct", "LogIn", "SavedView", "SearchDocument", "SearchTerm", "StaffNote"]
