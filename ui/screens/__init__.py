"""Screens: from a sheet and a page to groups of parts in millimetres. Pure; Kivy paints them."""
