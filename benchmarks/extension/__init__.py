"""The extension beside the limit, a C program, and beside the usual way of writing one."""
