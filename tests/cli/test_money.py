"""`flask shop reconcile`, as the operator reads it."""

import pytest


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (500, "Stripe does not answer, so the money was not compared to the end. Run it again once Stripe does."),
        (401, "Stripe refuses SHOP_STRIPE_SECRET_KEY, so the money was not compared."),
    ],
)
def test_reconcile_says_to_the_operator_that_stripe_does_not_compare(app, companies, status, said):
    companies.pull("fail", company="stripe", status=status, times=20)

    answer = app.test_cli_runner().invoke(args=["shop", "reconcile"])

    assert answer.exit_code == 1
    assert said in answer.output
    assert "Card payments" not in answer.output


def test_reconcile_says_so_while_stripe_is_left_alone(app, companies):
    companies.pull("fail", company="stripe", times=100)

    said = [app.test_cli_runner().invoke(args=["shop", "reconcile"]).output for _ in range(6)]

    assert all("Stripe does not answer" in each for each in said)
