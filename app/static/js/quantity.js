// <quantity-steps>: the buttons beside a number, each a step less or more, marked where no step is left. In the cart a step
// is saved as a typed number is. The answer brings all lines anew, so what is pressed before it is here waits for it.
// Without this script the number is typed.
customElements.define("quantity-steps", class extends HTMLElement {
  static #waiting = new Map();

  connectedCallback() {
    this.input = this.querySelector("input");
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-way]");
      if (button && button.ariaDisabled !== "true") this.#step(Number(button.dataset.way));
    });
    this.addEventListener("input", this.#mark);
    document.addEventListener("htmx:after:swap", this.#swapped);
    this.#mark();
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:after:swap", this.#swapped);
  }

  get #all() {
    return this.constructor.#waiting;
  }

  #step(way) {
    if (way > 0) this.input.stepUp();
    else this.input.stepDown();
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
    if (document.querySelector("form.htmx-request")) this.#all.set(this.input.id, this.input.value);
    else this.#save();
  }

  #save() {
    this.#all.delete(this.input.id);
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #swapped = () => {
    const value = this.#all.get(this.input.id);
    if (value !== undefined) {
      this.input.value = value;
      this.#save();
    }
    this.#mark();
  };

  #mark = () => {
    const { value, min, max, step } = this.input;
    const highest = max - ((max - min) % step);
    for (const button of this.querySelectorAll("[data-way]")) {
      button.ariaDisabled = String(button.dataset.way > 0 ? Number(value) >= highest : Number(value) <= Number(min));
    }
  };
});
