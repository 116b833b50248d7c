"""The customer's documents: found by invoice and by period, downloaded one by one or together, sent to an accountant,
asked for on paper. Another's document and a missing one answer the same 404."""
