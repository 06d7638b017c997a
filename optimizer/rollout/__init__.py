"""The switch from today's plan to another one, period by period; the pilot before it, and learning after it.

Independent of the optimization model, as `response` is: nothing here imports Pyomo or the solver.
"""
