"""'Documents' in the back office: the register, the page of a document, and what waits to be issued or posted."""
