"""From CRM exports to a scenario: read, estimate with intervals, write down where each number comes from.

In `read`, `files`, `encodings`, `delimited`, `workbooks` and `headings` make `exports` of bytes; `mapping`,
with `map_sections`, `conditions` and `assumptions`, says what a column means; `deals` joins the two. Cells
are typed by `typed_columns`, through `parse_cells`, `number_cells`, `money` and `flags`. Which rows are
leads is for `odd_rows`, `repeated_ids`, `copies` and `kept_rows`, and `account` counts what is left out or
read otherwise than it stands. Each module of `estimate` answers one question; `study` runs them all by
`estimates`. `draft` turns the findings into a scenario.
"""
