// <picture-upload>: sends the chosen file straight to the bucket, by a ticket of the shop's. Where that does not work the
// form goes the way that it goes without this script: through the shop.
customElements.define("picture-upload", class extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.form.addEventListener("submit", (event) => {
      const file = this.form.elements.file.files[0];
      if (file?.size > Number(this.dataset.most)) {
        event.preventDefault();
        this.#say(this.dataset.tooLarge);
        return;
      }
      if (!file || this.isSent) return;
      event.preventDefault();
      this.#send(file);
    });
  }

  async #send(file) {
    this.#show("[data-sending]", true);
    this.#show("[data-problem]", false);
    try {
      const ticket = await this.#ask();
      if (ticket.problem) {
        this.#say(ticket.problem);
        return;
      }
      const body = new FormData();
      for (const [name, value] of Object.entries(ticket.fields)) body.append(name, value);
      body.append("file", file);
      // The bucket need not let this page read its answer: whether the file came, the shop sees for itself.
      await fetch(ticket.url, { method: "POST", body, mode: "no-cors" });
      await htmx.ajax("POST", ticket.arrived, { target: "#product-pictures", swap: "outerHTML" });
    } catch {
      this.isSent = true;
      this.form.requestSubmit();
    } finally {
      this.#show("[data-sending]", false);
    }
  }

  async #ask() {
    const answer = await fetch(this.dataset.tickets, { method: "POST", body: new URLSearchParams({ alt: this.form.elements.alt.value }) });
    return answer.json();
  }

  #say(problem) {
    this.querySelector("[data-problem]").textContent = problem;
    this.#show("[data-problem]", true);
  }

  #show(selector, isShown) {
    this.querySelector(selector).hidden = !isShown;
  }
});

// <focus-point>: a click on the picture fills the two fields beside it.
customElements.define("focus-point", class extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    this.addEventListener("click", (event) => {
      const box = this.querySelector("img").getBoundingClientRect();
      const form = this.previousElementSibling;
      form.elements.x.value = Math.round((100 * (event.clientX - box.left)) / box.width);
      form.elements.y.value = Math.round((100 * (event.clientY - box.top)) / box.height);
    });
  }
});
