"""A closer look at content: warnings, repairs, history and links."""
