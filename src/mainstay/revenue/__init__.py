"""Calibers, drop lists, park indicators: what the SQL models need to be told from seeds and settings."""
