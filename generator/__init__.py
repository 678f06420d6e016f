"""Turns a folder of vacancy notices into a web site and feeds."""
