"""One file or folder a core: its packs, and the target that names them."""
