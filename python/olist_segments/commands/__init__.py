"""The commands, one file each: its options above its function."""
