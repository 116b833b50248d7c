"""What was asked of PayPal's classic interface, and what it answered: the rows of django-oscar-paypal, to be read."""
