"""What is saved and drawn: lines, bills, estimates. No formula lives here."""
