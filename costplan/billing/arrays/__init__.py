"""The same month on numpy arrays, a place a draw: floats, for ranges and nothing else.

A second evaluation over the tables that the exact bill compiles: its offers, tariffs and terms.
Masks in the exact path would spoil it, so each formula here says which exact one it follows; the
tests hold both equal. Needs numpy (``costplan[risk]``), which nothing else imports.

    numbers.py    draws that stand where a Decimal does; comparisons and ceilings at nine places
    formulas.py   expressions of the catalogue, and the variables of an offer
    rows.py       what a charge comes to: amounts, whether it is on the bill, whether it is priced
    offers.py     ``costplan.billing.compiled`` and its adjustments
    models.py     ``costplan.billing.models`` with tariffs, fees and quotas; ``caching.py``
    machines.py   ``costplan.billing.machines``
    terms.py      discounts, commitments, credits
"""
