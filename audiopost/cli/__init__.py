"""Words in, words out: the command line. The only room that prints.

``main`` gathers the commands, one module a family. ``output`` writes tables, JSON and progress, ``exit_codes`` says
what a failure is worth. Every command imports what it runs inside itself: ``audiopost --help`` stays quick.
"""
