"""From bytes on disk to documents: discover files, read them once, decode them strictly, split them."""
