"""Pictures of every page, taken by a real Chromium: `python -m tests.browser`."""
