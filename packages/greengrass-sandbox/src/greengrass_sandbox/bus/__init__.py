"""What local publish/subscribe and AWS IoT Core have in common: messages, filters, watches."""
