"""What is planted for the firms, what it costs, and the truth that says so."""
