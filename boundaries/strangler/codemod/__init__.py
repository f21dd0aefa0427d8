"""FIX: which violations can be mended by rewriting the source, and how?"""
