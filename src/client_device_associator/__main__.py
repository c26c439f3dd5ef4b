"""`python3 -u -m client_device_associator`, as the recipe runs it."""

import sys

from client_device_associator.component import main

if __name__ == "__main__":
    sys.exit(main())
