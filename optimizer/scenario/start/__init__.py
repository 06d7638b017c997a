"""From what a designer knows to a scenario: questions, answers, and the rules that make a company of them."""
