"""Prices in texts: written as references that show what the cart charges, and a warning where one was typed instead."""
