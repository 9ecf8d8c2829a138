"""An invented library of any size up to a province's, for demos and tests (docs/sample-library.md).

Nothing in it names a real person, place or institution.
"""
