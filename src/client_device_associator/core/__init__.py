"""What the component decides: plain data in and out, with no I/O, clock or thread of its own."""
