"""From CRM exports to a scenario: read, estimate with intervals, write down where each number comes from.

In `read`, `files`, `exports` and `csv_records` read bytes to rows; `mapping`, with `map_sections`,
`conditions` and `assumptions`, says what a column means; `deals` joins the two through `typed_columns`,
`calls_and_spend` and `pseudonyms`, and `account` counts every row left out. Each module of `estimate` answers
one question; `study` runs them all by `estimates`. `draft` turns the findings into a scenario.
"""
