"""The signed journal, as both sides know it: records, chains, sums, and how they are verified."""
