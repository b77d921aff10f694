"""The extracts of the simulated offices, one module an extract: what happened, and the table that tells it."""
