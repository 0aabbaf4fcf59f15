"""What commands share: options, words, environment, completion."""
