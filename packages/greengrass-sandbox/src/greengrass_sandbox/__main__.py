"""`python -m greengrass_sandbox`: see `cli`."""

import sys

from greengrass_sandbox.command.main import main

if __name__ == "__main__":
    sys.exit(main())
