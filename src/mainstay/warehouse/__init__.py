"""The only importer of duckdb: connection, ledger, SQL models, published snapshots."""
