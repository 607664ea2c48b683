"""`python -m hub` is `comptoir-hub`."""

from hub.cli import main

if __name__ == "__main__":
    main()
