"""Figures of the shop for those who run it: counted visits, money, invoices and licenses, on Wagtail's dashboard."""
