"""Which changes of the component the unit tests do not notice, and which of them may stay so."""
