"""What licensing tells the rooms above it, in the transaction of the cause."""

from django.dispatch import Signal

#: An invoice has granted new licenses: ``invoice``, ``licenses``.
licenses_granted = Signal()
