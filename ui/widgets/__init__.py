"""Painting with Kivy: fonts, textures, panels, and the stage that shows a scene."""
