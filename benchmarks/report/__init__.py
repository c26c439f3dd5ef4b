"""What becomes of the figures: the record, the budgets, the plots and the page."""
