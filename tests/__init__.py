"""Makes `tests.walls` and `tests.sql_rules` importable by name, whatever else is installed as `tests`."""
