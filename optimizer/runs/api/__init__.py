"""What `import optimizer` offers: the public functions, each checked at the border."""
