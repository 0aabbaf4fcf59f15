"""Real usage, read: one file a source in ``sources/``, one engine that counts.

records.py   files, globs, standard input: JSON records one by one, tables by name
paths.py     a place in a record, written as ``usage.input_tokens + usage.cached``
shape.py     what a source calls each column of usage, and what it leaves out
columns.py   the columns of usage, and the SQL that makes them of what was taken
tables.py    the same shapes on the columns of a CSV or Parquet file
engine.py    DuckDB: the rows of all sources as one relation
answers.py   what is asked of rows of usage, and the form of each answer
queries.py   how it is asked of that relation: cells, sizes, hours, conversations
names.py     which offer of the catalogue a logged model is, by its exact name
"""
