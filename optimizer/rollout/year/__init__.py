"""The year from one period: what a plan pays period by period from today on, and when that is paid out.

The model stays one period. Here its levels of pay, from the simulated switch, meet the people who are there,
how new ones start, seasons and pay dates (`phasing` of the scenario; without it people stay and periods are
alike).
"""
