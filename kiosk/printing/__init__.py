"""Paper: what stands on it, its bytes for a printer, its picture, and a queue that survives.

Knows tickets and nothing of screens; no printer ever stops a sale.
"""
