"""Cart, checkout page and pay page. Takes the place of Oscar's checkout app."""
