"""Answers that customers write by mail: read, judged, and put into the ticket that their address names."""
