"""The customer's pages of auto payment: what it does, setting it up, confirming, turning it off, its history."""
