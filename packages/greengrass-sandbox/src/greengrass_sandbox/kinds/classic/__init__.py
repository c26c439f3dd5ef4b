"""The classic nucleus (2.18.0, in Java): its object mapping, its tree, its answers."""
