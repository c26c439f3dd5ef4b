"""AWS IoT Core's MQTT, as much of it as an account's core devices and back end need."""
