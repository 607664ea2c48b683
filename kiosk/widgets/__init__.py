"""Parts of screens: each renders what it is given and says what was touched; none knows a session.

A part is one .py with its .kv beside it, loaded when the module is imported.
"""
