// <share-link>: hands the page's address, which names the choice, to the system's share sheet, or copies it.
customElements.define("share-link", class extends HTMLElement {
  connectedCallback() {
    if (!navigator.share && !navigator.clipboard) return this.remove();
    this.querySelector("button").addEventListener("click", () => this.#share());
  }

  async #share() {
    const url = location.href;
    if (navigator.share) return navigator.share({ title: document.title, url }).catch(() => {});
    await navigator.clipboard.writeText(url);
    this.querySelector("[role=status]").textContent = "The link is copied.";
  }
});
