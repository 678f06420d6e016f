"""The commands, one module each: arguments, printing and exit codes."""
