"""What decides the acts: our own rules, or the library's own system behind the same door."""
