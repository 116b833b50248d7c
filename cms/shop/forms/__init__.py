"""Forms of what marketers keep under "Shop" in Wagtail: everything a product needs is entered there."""
