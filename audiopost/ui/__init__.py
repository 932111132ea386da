"""The live console in the browser: what a person sees and touches while a chain plays.

::

    LiveHost ── meters ─▶ frames (30 a second, made once for all readers) ─▶ browser: canvas
    Desk ◀── words ── session ◀── commands ── browser: knobs, transport
    page: built by NiceGUI from the view model · guard: who may speak to it
    batch desk ── audiopost batch, a process of its own ─▶ progress ─▶ batch page, report

The sound never waits for a page: host and desk are asked, and answer, in processes of their own.
"""

from __future__ import annotations
