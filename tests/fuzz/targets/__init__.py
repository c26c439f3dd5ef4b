"""The targets, by where their input comes from."""
