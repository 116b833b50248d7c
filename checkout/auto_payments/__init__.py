"""Auto payment, as far as it must know what renews: what a month needs, when it is planned, told and charged.

Rules, rows and mails are billing's (``storefront.billing.auto_top_ups``).
"""
