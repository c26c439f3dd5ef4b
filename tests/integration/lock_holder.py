"""Holds a journal's write lock for short times again and again, until it is killed or orphaned."""

import random
import sqlite3
import sys
import threading


def hold(journal: str, seconds: float) -> None:
    """Takes the lock for so long, and leaves it alone for about as long in between."""
    pace = threading.Event()
    rng = random.Random()
    database = sqlite3.connect(journal, timeout=60, isolation_level=None)
    while True:
        database.execute("BEGIN IMMEDIATE")
        pace.wait(seconds)
        database.execute("ROLLBACK")
        pace.wait(rng.uniform(0, 2 * seconds))


def main() -> None:
    """`lock_holder.py <journal> <seconds>`; it ends with its parent."""
    holder = threading.Thread(target=hold, args=(sys.argv[1], float(sys.argv[2])), daemon=True)
    holder.start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
