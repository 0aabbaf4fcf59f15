"""Months ahead: volume from its own past, money from the prices that are announced."""
