"""Delivery: what a target asks, whether a programme meets it, and which gain would bring it there.

Pure decisions: no file, no disk, no audio beyond arrays that are handed in. Read in this order: `measures` (what can
be asked about), `programme` (what is known), `target` (the rules), `verdict` (the judgement and the fix in words),
`gain_plan` (linear gain, permitted limiting, or a refusal that says by how many dB), `stems` (one gain for all).
"""
