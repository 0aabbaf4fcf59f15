"""What a plan may come to where its numbers are ranges: draws, and a stack's month in each.

    draws.py     what the ranges of a workload may be, as arrays
    evaluate.py  a stack's month over draws: placing.py puts them into the workload, month.py bills

Amounts are floats here and only here. Needs numpy (``costplan[risk]``), which no other room but
``costplan.billing.arrays`` imports.
"""
