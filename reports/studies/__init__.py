"""Transition, pilot, adjustment and calibration as documents."""
