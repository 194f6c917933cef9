// <shop-notices>: can be closed, forgets good news that has faded, and says so when the shop cannot be reached, which no server can say for itself.
// A refusal that the server did word arrives as an <hx-partial> and needs nothing from here.
customElements.define("shop-notices", class extends HTMLElement {
  #listener = (event) => {
    const { ctx } = event.detail;
    const worded = ctx?.text?.includes("<hx-partial");
    const failed = event.type === "htmx:error" ? ctx?.request : ctx.response.status >= 500;
    if (failed && !worded) this.#show();
  };

  connectedCallback() {
    this.nextElementSibling.addEventListener("click", () => this.replaceChildren());
    this.addEventListener("animationend", () => this.replaceChildren());
    document.addEventListener("htmx:error", this.#listener);
    document.addEventListener("htmx:response:error", this.#listener);
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:error", this.#listener);
    document.removeEventListener("htmx:response:error", this.#listener);
  }

  #show() {
    const words = document.querySelector("template[data-notice=unreachable]");
    if (words) this.replaceChildren(words.content.cloneNode(true));
  }
});
