from .handovers import Handover
from .licenses import License, LicenseEvent, LicensePeriod
from .portals import Activation, Installation, InstallationHost, PortalExchange
from .subscriptions import Renewal, RenewalTry, Subscription

__all__ = [
    "Activation",
    "Handover",
    "Installation",
    "InstallationHost",
    "License",
    "LicenseEvent",
    "LicensePeriod",
    "PortalExchange",
    "Renewal",
    "RenewalTry",
    "Subscription",
]
