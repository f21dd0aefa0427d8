"""The tests of the kit; a package, so that settings and sample apps have dotted paths."""
