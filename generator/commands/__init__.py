"""The commands, one a module: arguments, printing and exit codes."""
