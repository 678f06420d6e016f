"""Measures the time and memory that builds need, compared with other generators on the same notices. See `make
bench`.
"""
