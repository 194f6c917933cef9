// <product-gallery>: the thumbnails' links scroll the row of pictures without moving the page, arrow keys turn it,
// and the thumbnail of the picture in view is marked. Without this script links and swiping do the same, less smoothly.
customElements.define("product-gallery", class extends HTMLElement {
  connectedCallback() {
    this.track = this.querySelector("[data-track]");
    this.thumbs = [...this.querySelectorAll("a[data-thumb]")];
    this.addEventListener("click", (event) => {
      const thumb = event.target.closest("a[data-thumb]");
      if (!thumb || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.#show(this.thumbs.indexOf(thumb));
    });
    this.track.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      this.#show(this.#current + (this.matches(":dir(rtl)") ? -step : step));
    });
    this.observer = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.#mark(this.#slides.indexOf(entry.target));
    }, { root: this.track, threshold: 0.6 });
    for (const slide of this.#slides) this.observer.observe(slide);
  }

  disconnectedCallback() {
    this.observer?.disconnect();
  }

  get #slides() {
    return [...this.track.children];
  }

  get #current() {
    return this.thumbs.findIndex((thumb) => thumb.hasAttribute("aria-current"));
  }

  #show(place) {
    const slide = this.#slides[Math.max(0, Math.min(place, this.#slides.length - 1))];
    this.track.scrollBy({ left: slide.getBoundingClientRect().left - this.track.getBoundingClientRect().left });
  }

  #mark(place) {
    this.thumbs.forEach((thumb, index) => {
      if (index === place) thumb.setAttribute("aria-current", "true");
      else thumb.removeAttribute("aria-current");
    });
  }
});
