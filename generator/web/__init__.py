"""The web, asked as a well-behaved visitor asks it."""
