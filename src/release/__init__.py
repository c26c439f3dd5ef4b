"""Makes a release of the component: its packages and the papers that go with them."""
