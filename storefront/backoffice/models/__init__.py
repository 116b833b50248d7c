"""Models of the back office, a module per section."""

from .customers import CustomerAct, LogIn, StaffNote
from .saved_views import SavedView
from .search import SearchDocument, SearchTerm

__all__ = ["CustomerAct", "LogIn", "SavedView", "SearchDocument", "SearchTerm", "StaffNote"]
