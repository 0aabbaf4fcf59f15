"""What the application does in a month, free of any vendor but for the names in its stacks."""
