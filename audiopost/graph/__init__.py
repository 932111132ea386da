"""The graph engine: the contract of a node, the drawing, the order of work, the machine.

::

    algebra      hp >> comp & dry * 0.5       notation
       │
    spec         NodeSpec, EdgeSpec           the drawing, frozen
       │
    schedule     order, alignment, buffers    pure
       │
    assembly     nodes made and prepared      the flat list of calls
       │
    renderer     process(block, out)          the machine          offline: a whole array at once
"""
