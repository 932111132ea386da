"""``python -m audiopost`` is the command ``audiopost``."""

from audiopost.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
