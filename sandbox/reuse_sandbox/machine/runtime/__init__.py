"""What plays /var/runtime: the start-up of the managed runtimes."""
