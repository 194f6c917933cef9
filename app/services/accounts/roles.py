"""What there is to be allowed, and which roles allow it. A role is kept by name, so a later permission reaches it."""

PERMISSIONS = {
    "orders.read": "See orders, payments and labels",
    "orders.note": "Write notes on orders",
    "orders.correct": "Correct email and address of orders",
    "orders.refund": "Refund payments",
    "orders.cancel": "Cancel orders, or what is not sent of them",
    "payments.match": "Record bank transfers",
    "money.read": "See disputes and what does not match the payment company's books",
    "money.reconcile": "Compare the books now and close findings",
    "gift_cards.read": "See gift cards and what was paid with them",
    "gift_cards.issue": "Issue and void gift cards",
    "orders.ship": "Use, void and replace labels",
    "promotions.read": "See promotions and their uses",
    "promotions.edit": "Make, change and end promotions",
    "taxes.read": "See tax rates",
    "taxes.edit": "Change tax rates",
    "returns.decide": "Approve, decline and receive returns",
    "stock.read": "See stock and its movements",
    "stock.edit": "Change stock",
    "search.edit": "Change which words search takes for each other",
    "catalog.read": "See products, collections and the home page as staff do",
    "catalog.edit": "Change products, collections and the home page",
    "jobs.read": "See failed jobs and webhooks",
    "jobs.retry": "Run failed jobs again",
}

ROLES: dict[str, frozenset[str]] = {
    "owner": frozenset(PERMISSIONS),
    "clerk": frozenset(
        {
            *("orders.read", "orders.note", "orders.correct", "orders.ship", "payments.match", "gift_cards.read"),
            *("promotions.read", "returns.decide"),
            *("stock.read", "stock.edit", "catalog.read", "catalog.edit"),
        }
    ),
    "reader": frozenset({"orders.read", "stock.read", "catalog.read"}),
}
