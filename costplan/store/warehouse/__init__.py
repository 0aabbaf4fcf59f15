"""Usage in a warehouse: the questions of ``store/traces/answers.py`` as expressions of Ibis, sent
where the rows are as SELECTs; sums of cells come back, never a row.

address.py     what --warehouse says, and what it may not say
scrub.py       an engine's words without anybody's secrets
connecting.py  a connection that reads: the table, and the answers of expressions as text
places.py      a place in a row, written as ``--map`` has it, as an expression
values.py      counts, names, flags of columns of any type
moments.py     times of columns of any type, as seconds since 1970 in UTC
rows.py        the rows of a table as usage: typed, completed, judged
questions.py   what is asked of them

Ibis is the extra ``costplan[warehouse]`` and is imported in this folder alone.
"""
