"""The main thread: takes events in, decides, stores, and sends results out."""
