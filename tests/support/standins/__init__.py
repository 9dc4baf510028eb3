"""What stands in for the bootloaders of boards that no emulator has: a reading of the protocols, not the silicon."""
