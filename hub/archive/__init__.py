"""Archives of the signed journal: made, checked, purged by; and the verifier in each of them."""
