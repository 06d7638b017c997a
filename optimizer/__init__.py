"""Variable-pay plans that people answer in their own interest: model, response, solver."""
