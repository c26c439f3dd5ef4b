"""What has nothing to do with Greengrass: a loop in a thread, HTTP on this machine, a lock."""
