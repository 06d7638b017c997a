"""From CRM exports to a scenario: read, estimate with intervals, write down where each number comes from.

`files`, `exports` and `records` read bytes to rows; `mapping`, with `sections`, `conditions` and `assume`,
says what a column means; `deals` joins the two through `typed`, `other_exports` and `pseudonyms`, and
`account` counts every row left out. `rates`, `mixed`, `lags`, `people`, `controllability`, `speed`, `timing`,
`spending`, `capacity`, `sides`, `response`, `experiment` estimate; `study` runs them all by `estimates`;
`build` turns the findings into a scenario.
"""
