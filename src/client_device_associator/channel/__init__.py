"""How a person on the core device asks the running component for something: a Unix socket."""
