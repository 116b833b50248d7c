"""Local stand-ins for the outside companies, over real HTTP on loopback.

They import nothing of the shop and the shop imports nothing of them: the only things the shop knows are base
addresses and keys from its environment.
"""
