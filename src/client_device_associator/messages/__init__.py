"""What goes over the bus, as pure codecs: announcements in, results out."""
