"""Installing and running components, as a nucleus does."""
