"""How dates are written where Django's own way is not the shop's; a language without a module here has Django's."""
