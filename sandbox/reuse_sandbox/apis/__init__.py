"""What is served over HTTP: to the runtime, to extensions, to those who invoke."""
