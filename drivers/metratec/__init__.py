"""metraTec HF readers with the ASCII protocol (DeskID ISO, QuasarMX, QuasarLR, QR15, Dwarf15)."""
