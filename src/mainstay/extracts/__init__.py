"""From a file as it was delivered to typed rows: contracts, reading, parsing, landing."""
