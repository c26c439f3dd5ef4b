"""Who may be associated: patterns over thing names, and rules made of them."""
