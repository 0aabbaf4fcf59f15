"""Files on this machine: workloads, shelves of prices, saved documents, locks, git."""
