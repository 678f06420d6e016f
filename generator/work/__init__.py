"""Running work in this and other processes, and remembering its results."""
