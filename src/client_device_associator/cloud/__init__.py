"""The association worker: a process of its own, so that botocore weighs nothing while it idles."""
