"""The menu 'Shop' of Wagtail: products with their license types, periods, discounts, agreements, the seller."""
