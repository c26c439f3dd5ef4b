"""What an operator asks on the core device, from the shell."""
