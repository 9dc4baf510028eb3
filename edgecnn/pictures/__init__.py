"""Pictures: read, seen by a camera, filtered."""
