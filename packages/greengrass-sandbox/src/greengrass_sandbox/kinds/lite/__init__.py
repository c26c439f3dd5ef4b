"""Nucleus lite (2.6.0, in C): its fixed buffers, its codecs, its daemons' answers."""
