"""What the catalogue holds, says, changes and gets wrong."""
