"""The register of firms that leave, are kept, come back: a state machine over dated facts (DOMAIN section 3)."""
