"""Renewals in the back office: those in trouble, and stopping one. Nobody of staff begins a charge."""
