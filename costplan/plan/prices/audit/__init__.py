"""Rules over the whole catalogue: one small function each, one line each in ``rules.RULES``."""
