"""The self-check session: pure states, events, effects and `advance`. Time comes in as `now`."""
