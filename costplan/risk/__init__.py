"""What a month may cost where numbers of the workload are ranges: floats, here alone.

    draws.py     the ranges as arrays of numbers that they may be

numpy is the extra ``costplan[risk]`` and is imported in this room alone, where it is used.
"""
