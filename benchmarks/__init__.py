"""Measures how long builds take and how much memory they need, compared with other generators on the same notices. See
`make bench`.
"""
