"""English dates, the day first and 24 hours: readers are in many countries, and so is the seller.

Our own templates write instants by ``core.instants``; what a library's template prints has its zone by this format.
"""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = r"j F Y, H:i \U\T\CO"
TIME_FORMAT = "H:i"
SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
MONTH_DAY_FORMAT = "j F"
