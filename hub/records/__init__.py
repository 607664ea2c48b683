"""The hub's ledgers, one noun a file: their SQL and nothing else. No rule, no topic, no socket."""
