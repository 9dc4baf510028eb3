"""Boards without boards: emulators, the programs that drive them, and what they count."""
