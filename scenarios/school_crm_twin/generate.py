"""Writes `deals.csv.gz` and `spend.csv.gz` of this folder: a synthetic school whose numbers are estimates.

    uv run python scenarios/school_crm_twin/generate.py

Rates, sources, lags, swings and the spread between sellers are estimates from the public export `school_crm`,
rounded, at half its volume. Every lead is drawn from them; none is anybody's.
"""

import gzip
from pathlib import Path

from twin import Answers, Source, Twin, simulate

SCHOOL = Twin(
    sources={
        "Bloggers": Source(10, 0.12, 13.5),
        "CRM": Source(8, 0.04),
        "Facebook Ads": Source(40, 0.155, 7.8),
        "Google Ads": Source(30, 0.135, 15.4),
        "Organic": Source(13, 0.20),
        "SMM": Source(12, 0.11, 4.6),
        "Telegram posts": Source(8, 0.14, 7.6),
        "Tiktok Ads": Source(15, 0.08, 6.3),
        "Webinar": Source(3, 0.16, 10.1),
        "Youtube Ads": Source(14, 0.095, 10.0),
    },
    win_good=0.26,
    win_other=0.035,
    value=7500.0,
    good=Answers(0.84, 0.12),
    other=Answers(0.71, 0.10),
    weeks=40,
    follow=10,
    swings=0.24,
    owners=8,
    skill=0.28,
    supply=0.5,
    lag=(2.72, 1.43),
)
SEED = 5


def main() -> None:
    export = simulate(SCHOOL, SEED)
    folder = Path(__file__).parent
    for name, frame in (("deals", export.deals), ("spend", export.spend)):
        packed = gzip.compress(frame.write_csv().encode(), mtime=0)
        (folder / f"{name}.csv.gz").write_bytes(packed)
        print(f"{name}.csv.gz: {frame.height} rows, {len(packed) / 1024:.0f} kB")


if __name__ == "__main__":
    main()
