"""Small servers that play other companies on a laptop: Stripe, UPS and SendGrid over their real HTTP.

One process, one port, one folder of state. They never import the shop, and the shop reaches them only by address,
so what works here works against the companies. The desk at `/` shows what happened and has the levers.
"""
