"""Card terminals: what one is told and what it says, and what is kept of each payment meanwhile.

No screen, and nothing here waits: a terminal is told, and asked again later what became of it.
"""
