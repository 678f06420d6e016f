"""Files to content, or every problem at once."""
