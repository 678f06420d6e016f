"""How long builds take and how much memory they need, beside other generators on the same notices. See `make bench`."""
