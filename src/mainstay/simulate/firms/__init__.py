"""The firms of a simulated park: who they are and how large."""
