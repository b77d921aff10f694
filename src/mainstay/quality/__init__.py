"""The only importer of great_expectations: rules from contracts and gate models, and what they decide."""
