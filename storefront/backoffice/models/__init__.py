"""Models of the back office, a module per section."""

from .customers import CustomerAct, LogIn, StaffNote

__all__ = ["CustomerAct", "LogIn", "StaffNote"]
