"""What renews by itself in the months to come, what that costs at today's prices, and from what it is paid.

Nothing here is a promise: prices and discounts of the day decide, and customers stop. The number of queries depends
neither on that of the subscriptions nor on that of the customers.
"""
