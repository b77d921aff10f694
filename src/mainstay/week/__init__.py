"""What a run is made of: frozen settings and contracts, input tables, journalled execution, and its steps."""
