"""Bytes from other machines, within limits of size and time."""
