"""Estimates held against limits, policies and each other."""
