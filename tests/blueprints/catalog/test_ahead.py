import json


def test_pages_say_what_a_browser_may_fetch_ahead(client):
    address = client.get("/").headers["Speculation-Rules"].strip('"')

    rules = client.get(address)

    assert rules.mimetype == "application/speculationrules+json"
    asked = json.loads(rules.text)
    patterns = asked["prefetch"][0]["where"]["and"][0]["href_matches"]
    assert patterns == ["/", "/products/*", "/collections/*"]


def test_page_fetched_ahead_leaves_no_cookie(client):
    answer = client.get("/products", headers={"Sec-Purpose": "prefetch"})

    assert "Set-Cookie" not in answer.headers
