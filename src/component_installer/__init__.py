"""Makes the component's virtual environment on a core device.

Ships in the component's zip beside the package, and is run by artifacts/install.sh before any
library is there: standard library alone, and nothing of the component.
"""
