"""What runs on a core: steps, each the call of a kernel, and which ops one kernel computes at once."""
