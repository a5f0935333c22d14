"""The program without a cloud: one simulated Azure, and its interfaces."""
