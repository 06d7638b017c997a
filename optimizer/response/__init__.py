"""What people do: calibration, beliefs, best response, equilibrium, outcome."""
