"""Many files: planned before anything is touched, done by one worker or by many, and each accounted for in a ledger.

::

    JobFile ─▶ plan ─▶ ledger (what is left to do) ─▶ crew: this process, worker processes, or a Dask cluster
                         ▲  one row a group              │ every worker reads and writes the storage itself
                         └──── started, ended, lost ◀────┘

What happens to a group of files is `audiopost.jobs`'s, whoever does it: the samples are the same with any crew.
"""
