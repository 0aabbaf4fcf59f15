"""The priced plan of one stack: bindings, months, terms, reliability."""
