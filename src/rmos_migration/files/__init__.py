"""Files and folders as the system keeps them: written whole or not at all, forced to the disk, no wider open than meant.

``atomic`` writes files, ``leftovers`` removes what killed writers left, ``targets`` tells what is in a file's way, and
``permissions`` who may read it. Nothing here knows what the files hold.
"""
