-- One row per list and rank: who stands there, of drop lists and of lists of firms, and with what figures.
-- key: list_name, rank
-- materialized: table
--
-- All columns of features.window_changes for the list's window and level. On a frozen list (定榜) the places stand and
-- the figures are today's: a correction may have left no drop, or no figure.
-- column frozen_current [currency]: revenue of the window when the list was frozen; null where it is not
-- column frozen_prior [currency]: the same of the year before
-- column frozen_change [currency]: the change when the list was frozen
select
    lists.list_name,
    lists.title,
    lists.level,
    lists.level_asked,
    lists.is_fallback,
    lists.caliber,
    lists.window_name,
    lists.window_start,
    lists.window_end,
    lists.prior_start,
    lists.prior_end,
    lists.top_k,
    lists.version,
    lists.fingerprint,
    lists.is_frozen,
    lists.frozen_on,
    lists.frozen_week,
    lists.frozen_fingerprint,
    lists.kind,
    figures.* exclude (list_name),
    places.rank,
    places.shared_rank,
    places.frozen_current,
    places.frozen_prior,
    places.frozen_change
from features.list_windows as lists
inner join features.list_places as places using (list_name)
inner join features.list_figures as figures using (list_name, enterprise_id)
