"""From CRM exports to a scenario: read, estimate with intervals, write down where each number comes from.

`exports` and `records` read bytes to rows and rows to typed cells; `mapping` says what a column means;
`deals` joins the two and accounts for every row; `rates`, `mixed`, `lags`, `people`, `speed`, `timing`,
`sides`, `response` estimate; `study` runs them all; `build` turns the findings into a scenario.
"""
