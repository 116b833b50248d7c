"""Two editors of one page, snippet or form: saving over the other's changes is refused until the editor insists."""
