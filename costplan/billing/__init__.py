"""Usage times offer makes line items. Every billing formula is written here, once."""
