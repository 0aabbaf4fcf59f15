"""Files and ids in, documents out: what the package's functions and its commands share.

One file a use; ``library`` has what ``costplan`` exports. Importing one loads no other.
"""
