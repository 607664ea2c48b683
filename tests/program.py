"""A program for the tests of how programs are started: it does what its argument says."""

import sys

if __name__ == "__main__":
    exec(sys.argv[1])
