"""The equations of the optimization model, one function each."""
