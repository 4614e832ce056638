"""The life of a container as the platform sees it, in tables: no socket, no process, no clock."""
