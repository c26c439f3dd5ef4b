"""The thread that may wait for the nucleus: settings in effect and subscriptions."""
