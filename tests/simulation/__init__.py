"""A core device, its client devices and the cloud in made-up time; a seed decides everything."""
