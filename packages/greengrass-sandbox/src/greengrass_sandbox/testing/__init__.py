"""What a test of a component works with: see the fixtures in `pytest_plugin`."""
