"""Presets in TOML, turned into drawings and delivery targets: checked, with the file, key and line of what is wrong."""
