"""The hub: owns the shop's database, takes commands, broadcasts every change."""
