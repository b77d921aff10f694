"""What people read: work orders, drop lists, the manifest. Frames and plain values in, files out."""
