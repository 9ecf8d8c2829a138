"""FEIG OBID i-scan and classic-pro HF readers on a serial line."""
