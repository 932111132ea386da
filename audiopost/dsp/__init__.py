"""Signal processing: arrays in, arrays out. No files, no names of effects, no clause of a loudness standard."""
