"""External adapters: plain Python that speaks to outside companies. No Django, no model of ours."""
