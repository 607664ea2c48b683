"""Whole screens, one .py and one .kv each: till, depot, office, pairing, and their panels."""
