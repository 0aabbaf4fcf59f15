"""What things cost: models, offers, the formula language, lookup by id and date."""
