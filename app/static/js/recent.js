// <recently-viewed>: this browser remembers the last products it showed, nobody else does. Their cards are fetched when
// the shelf comes near, into the place kept for them. Without this script there is no such shelf.
customElements.define("recently-viewed", class extends HTMLElement {
  // In a quiet moment (Safari names none): the first look at what is remembered may take 50 ms.
  connectedCallback() {
    (window.requestIdleCallback ?? setTimeout)(() => this.isConnected && this.#begin());
  }

  disconnectedCallback() {
    this.observer?.disconnect();
  }

  #begin() {
    const { product, from } = this.dataset;
    const before = this.#remembered().filter((id) => id !== product);
    const shown = before.slice(0, this.querySelectorAll("li").length);
    this.#remember([product, ...before].slice(0, 9));
    this.addEventListener("click", (event) => {
      if (!event.target.closest("[data-forget]")) return;
      this.#remember([]);
      this.remove();
    });
    if (!shown.length || !window.htmx) return;
    for (const place of [...this.querySelectorAll("li")].slice(shown.length)) place.remove();
    this.hidden = false;
    this.observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      this.observer.disconnect();
      const ids = encodeURIComponent(shown.join());
      htmx.ajax("GET", `${from}?ids=${ids}`, { source: this, target: this.firstElementChild, swap: "outerHTML" });
    }, { rootMargin: "800px" });
    this.observer.observe(this);
  }

  #remembered() {
    try {
      return JSON.parse(localStorage.getItem("viewed")).filter((id) => typeof id === "string");
    } catch { // nothing yet, or not ours
      return [];
    }
  }

  #remember(ids) {
    try { localStorage.setItem("viewed", JSON.stringify(ids)); } catch { /* a browser that keeps nothing */ }
  }
});
