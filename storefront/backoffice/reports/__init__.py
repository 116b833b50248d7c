"""Numbers of trade in the back office: what is counted is decided by billing.reports and licensing.reports.

Each page is a ``base.ReportPage``: tables with pictures (``tables``, ``pictures``) of a ``period``, exported as they
are shown; each sum leads to its rows.
"""
