"""Jobs: one file from start to finish. They read and write through `media`, decide through `delivery`, tell how
far they are, and can be given up without a trace.
"""
