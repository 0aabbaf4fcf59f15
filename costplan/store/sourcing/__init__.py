"""Published prices, read and merged into catalogue files."""
