"""How other processes reach a running sandbox: a Unix socket in the core device's root folder."""
