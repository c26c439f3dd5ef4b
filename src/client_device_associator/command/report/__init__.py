"""One page that shows how things stand: what `report --html` writes."""
