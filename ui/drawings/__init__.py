"""Drawings as SVG text: pure functions of what they show, their size and a theme. No Kivy."""
