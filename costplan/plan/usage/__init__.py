"""What real usage cost, and what it says of a plan."""
