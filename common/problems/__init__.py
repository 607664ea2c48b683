"""The texts of every problem, a table a subject; `common/errors.py` joins them into one."""
