"""Finance, Payment methods: what the customer has saved, adding, replacing and removing it."""
