"""What is plugged into a till: which, by its settings, and how each stands. None stops a sale."""
