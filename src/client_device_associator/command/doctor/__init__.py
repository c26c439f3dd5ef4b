"""What can be checked on the core device: what `doctor` says."""
