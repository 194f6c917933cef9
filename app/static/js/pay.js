// <card-payment>: puts Stripe's Payment Element into the page and confirms with it. Without this script the page offers
// Stripe's own page instead. https://docs.stripe.com/js/payment_intents/confirm_payment
class CardPayment extends HTMLElement {
  connectedCallback() {
    if (!window.Stripe) return this.fail("The card form could not be loaded. Please pay on Stripe's own page instead.");
    this.form = this.querySelector("form");
    this.button = this.form.querySelector("button");
    this.stripe = window.Stripe(this.dataset.key);
    const theme = window.matchMedia("(prefers-color-scheme: dark)").matches ? "night" : "stripe";
    this.elements = this.stripe.elements({
      clientSecret: this.dataset.secret,
      appearance: { theme, variables: { borderRadius: "3px" } },
    });
    const element = this.elements.create("payment");
    element.on("ready", () => {
      this.slotted("waiting").hidden = true;
      this.button.disabled = false;
    });
    element.on("loaderror", () => this.fail("The card form could not be loaded. Please pay on Stripe's own page instead."));
    this.form.hidden = false;
    element.mount(this.slotted("element"));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.pay();
    });
  }

  async pay() {
    if (this.button.disabled) return;
    this.button.disabled = true;
    this.button.setAttribute("aria-busy", "true");
    this.slotted("error").hidden = true;
    const { error } = await this.stripe.confirmPayment({
      elements: this.elements,
      confirmParams: { return_url: this.dataset.return },
    });
    // Only a failure comes back: success leaves for the return address. So does what was paid, or ended, in another tab.
    if (error?.code === "payment_intent_unexpected_state") return location.assign(this.dataset.return);
    if (error) this.fail(error.message || "The payment did not go through. Please try again.");
    this.button.disabled = false;
    this.button.removeAttribute("aria-busy");
    this.button.focus(); // which a button that was disabled has lost
  }

  fail(message) {
    this.slotted("waiting").hidden = true;
    const place = this.slotted("error");
    place.textContent = message;
    place.hidden = false;
    place.closest("form").hidden = false;
  }

  slotted(name) {
    return this.querySelector(`[data-slot="${name}"]`);
  }
}

customElements.define("card-payment", CardPayment);
