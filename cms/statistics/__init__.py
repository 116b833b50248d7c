"""Figures of the shop for those who run it: counted visits, money, invoices and licenses, on Wagtail's dashboard.

``cms/statistics`` shows figures on Wagtail's dashboard to those who have ``numbers.view_numbers`` (Marketers do):
sums, never names. Charts are bars in CSS (``core/charts``). Money comes from ``billing.reports``, which the reports of
the back office show, too, everything else from the real tables, in 13 queries whatever there is. Only visits have to be
counted. No cookie, no third party: a product page that is looked at says so (``static/js/visit.js``), and address and
browser become a hash with a random salt of the day, one row per visitor and product (``INSERT ... ON CONFLICT DO
NOTHING``). The job ``numbers-sum-up`` turns a day that is over into counts and deletes its hashes and its salt.
Programs and staff are left out, and so is who visits without JavaScript.
"""
