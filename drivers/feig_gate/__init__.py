"""FEIG readers in gates, which look for tags by themselves and keep what they saw."""
