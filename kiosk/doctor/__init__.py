"""`muontra doctor`: everything that may be wrong with a station, looked at in one run."""
