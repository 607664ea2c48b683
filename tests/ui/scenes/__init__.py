"""What the screens are led to in tests: one file a room of a post."""
