"""Licenses that renew by themselves, as their customer sees, turns on, changes and stops them."""
