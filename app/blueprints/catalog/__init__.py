"""What the shop shows: home, collections, products, search, pictures."""
