"""Plug-in formats behind one protocol: found, scanned in a child process, loaded, and played in blocks of any size."""
