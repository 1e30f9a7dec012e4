"""Measures wflow side by side with other task runners: one machine, one run, the same shapes."""
