# %% [markdown]
# # The reference company, step by step
#
# Four teams, 33 activities, a source for every number: marketing is paid on leads, SDRs on meetings,
# sellers on bookings, customer success on renewals. What happens under other weights, and which are
# worth most?

# %%
import optimizer as io

scenario = io.read("scenarios/alignment")
today = io.evaluate(scenario)
today.table("money")

# %% [markdown]
# ## What named plans would do
#
# A bonus on the closing rate, a 48-hour rule: people answer each in their own interest, and the last
# column says how many rules it breaks.

# %%
io.compare(scenario).table("plans")[["plan", "revenue", "loaded_pay", "net", "broken_rules"]].astype(
    {"net": int, "revenue": int, "loaded_pay": int}
)

# %% [markdown]
# ## What each team moves
#
# Controllability is the share of a KPI's variance that is a team's own doing. Pay on what a team does
# not move is a lottery.

# %%
io.measures(scenario).table("controllability").set_index("team").T.round(3)

# %% [markdown]
# ## The best plan

# %%
best = io.solve(scenario)
print(best)

# %%
best.weights.query("now > 0 or then > 0")[["team", "kpi", "now", "then"]]

# %%
best.plot.waterfall()

# %% [markdown]
# ## What it rests on
#
# Each number moved to both ends of its range, the largest movers first.

# %%
best.plot.tornado()

# %% [markdown]
# ## Gaming under it

# %%
best.table("gaming").sort_values("then", ascending=False).head(5)
