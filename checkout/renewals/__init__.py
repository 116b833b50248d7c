"""Renewals made by the shop itself: what may renew and for how much (``offers``), the orders, charges and mails.

``storefront.licensing.subscriptions`` holds what customers have agreed to and which period comes next.
"""
