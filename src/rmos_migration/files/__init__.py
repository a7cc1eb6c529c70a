"""Writing files and folders: whole or not at all, forced to the disk, with no wider permissions than meant.

``atomic`` writes files, ``leftovers`` removes what killed writers left, ``targets`` tells what is in a file's
way, and ``permissions`` who may read it. Nothing here knows what the files hold.
"""
