"""Views in, words out: what each screen says, in which tone and with which next step. No Kivy."""
