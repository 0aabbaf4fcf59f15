"""What a plan may come to where its numbers are ranges: draws, and a stack's month in each.

Amounts are floats here and only here. Needs numpy (``costplan[risk]``).
"""
