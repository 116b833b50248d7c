from .activations import Activation, Installation, InstallationHost
from .exchanges import PortalExchange
from .licenses import License, LicenseEvent, LicensePeriod

__all__ = [
    "Activation",
    "Installation",
    "InstallationHost",
    "License",
    "LicenseEvent",
    "LicensePeriod",
    "PortalExchange",
]
