"""What each kind of source lists, read from its bytes."""
