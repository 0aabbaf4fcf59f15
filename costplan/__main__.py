"""``python -m costplan``."""

from costplan.cli import program

program()
