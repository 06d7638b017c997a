"""A team of a company becomes several, each with its share of everything: two regions from one."""
