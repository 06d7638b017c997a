"""Texts to dates, numbers, money: what people write in cells."""
