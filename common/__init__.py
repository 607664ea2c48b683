"""What hub and kiosks share: messages, wire format, protocol cores, trade rules. No I/O."""

VERSION = "0.1.0"
