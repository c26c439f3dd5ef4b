"""The association worker: a process of its own, so that boto3 weighs nothing while it idles."""
