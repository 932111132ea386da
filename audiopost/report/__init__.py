"""Pictures and documents: what a mixer hands over with the files.

::

    CheckResult + Course ── page ──▶ Page ── charts ──▶ SVG ┐
                                       └────────────────────┴─ document ──▶ HTML ──▶ PDF

A `Page` is plain words and numbers, decided without a picture being drawn; `charts` and `document` only show it.
"""

from __future__ import annotations
