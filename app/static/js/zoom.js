// <picture-zoom>: opens a gallery's picture over the page, as large as the window; a click shows it twice that size, to
// look around in. Arrow keys and buttons turn, Escape and a click beside it close. Without this script the picture's link opens its file.
customElements.define("picture-zoom", class extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.stage = this.querySelector("[data-stage]");
    this.gallery = this.closest("product-gallery");
    this.gallery.addEventListener("click", (event) => {
      const link = event.target.closest(".gallery__zoom");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.#show(this.#links.indexOf(link));
      this.dialog.showModal();
    });
    this.dialog.addEventListener("click", (event) => {
      const step = event.target.closest("[data-step]");
      if (step) this.#turn(Number(step.dataset.step));
      else if (event.target.closest("img")) this.#toggle(event);
      else if (event.target === this.stage) this.dialog.close();
    });
    this.dialog.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step || this.stage.classList.contains("zoom__stage--near")) return;
      event.preventDefault();
      this.#turn(this.matches(":dir(rtl)") ? -step : step);
    });
    this.dialog.addEventListener("close", () => this.gallery.show(this.place));
  }

  get #links() {
    return [...this.gallery.querySelectorAll(".gallery__zoom")];
  }

  #turn(step) {
    this.#show((this.place + step + this.#links.length) % this.#links.length);
  }

  #show(place) {
    const picture = this.#links[place].querySelector("picture").cloneNode(true);
    for (const source of picture.querySelectorAll("[sizes]")) source.sizes = "200vw";
    picture.querySelector("img").loading = "eager";
    picture.className = "zoom__picture";
    this.stage.replaceChildren(picture);
    this.stage.classList.remove("zoom__stage--near");
    this.place = place;
    const output = this.querySelector("output");
    if (output) output.value = `${place + 1} / ${this.#links.length}`;
  }

  // What was clicked stays under the pointer.
  #toggle(event) {
    const box = event.target.getBoundingClientRect();
    const across = (event.clientX - box.left) / box.width, down = (event.clientY - box.top) / box.height;
    this.stage.classList.toggle("zoom__stage--near");
    const grown = event.target.getBoundingClientRect();
    this.stage.scrollBy(grown.left + across * grown.width - event.clientX, grown.top + down * grown.height - event.clientY);
  }
});
