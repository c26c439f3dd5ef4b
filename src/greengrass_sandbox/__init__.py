"""A Greengrass core device on this machine, with no cloud and no Java."""
