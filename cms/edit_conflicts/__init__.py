"""Two editors at one thing: whoever saves what another has changed meanwhile is told so first."""
