"""Prices in texts: references that always show the current price, and a warning about typed prices."""
