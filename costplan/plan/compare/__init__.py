"""Stacks beside each other, and the ways to a reliability."""
