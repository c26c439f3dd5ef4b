"""Client devices, as far as a component sees them: a local MQTT broker and the bridge to it."""
