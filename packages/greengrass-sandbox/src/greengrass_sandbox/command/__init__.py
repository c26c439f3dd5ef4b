"""The command line: `greengrass-sandbox`, or `python -m greengrass_sandbox`."""
