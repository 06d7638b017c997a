# %% [markdown]
# # From an export of one's own
#
# The exports here are of a synthetic school: 5,670 leads with their owners, and what advertising
# cost. Put your own files in their place.

# %%
import optimizer as io

exports = ["scenarios/school_crm_twin/deals.csv.gz", "scenarios/school_crm_twin/spend.csv.gz"]
suggested = io.calibrate(exports, suggest_map=True)
print("\n".join(suggested.text.splitlines()[:14]))

# %% [markdown]
# Lines marked `CHECK` are not sure. The map that somebody read and completed lies beside the exports.

# %%
found = io.calibrate(exports, "scenarios/school_crm_twin/map.yaml")
list(found.tables)

# %% [markdown]
# ## Rates, with their intervals

# %%
found.table("rates").head(8)

# %% [markdown]
# ## A company to ask
#
# What no export knows (hours, pay, today's plan) comes from the map. `check` says what to look at
# first.

# %%
scenario = found.scenario
io.check(scenario)

# %%
io.evaluate(scenario).table("money")
