"""A Greengrass nucleus as a component sees it: event-stream RPC on a Unix socket."""
