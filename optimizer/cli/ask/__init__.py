"""Questions of `incentives start` at a terminal: what is asked, how answers are read, the conversation."""
