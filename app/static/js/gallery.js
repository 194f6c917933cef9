// <product-gallery>: the thumbnails' links scroll the row of pictures without moving the page, arrow keys turn it, the
// thumbnail of the picture in view is marked, and another `data-current` (of the variant chosen) is scrolled to. A swap
// brings the mark of the variant's own picture, whatever is in view: it is set right again.
// Without this script links and swiping do the same, less smoothly.
customElements.define("product-gallery", class extends HTMLElement {
  static observedAttributes = ["data-current"];

  connectedCallback() {
    this.track = this.querySelector("[data-track]");
    this.addEventListener("click", (event) => {
      const thumb = event.target.closest("a[data-thumb]");
      if (!thumb || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.show(this.#thumbs.indexOf(thumb));
    });
    this.track.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      this.show(this.#thumbs.findIndex((thumb) => thumb.hasAttribute("aria-current")) + (this.matches(":dir(rtl)") ? -step : step));
    });
    this.observer = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.#mark([...this.track.children].indexOf(entry.target));
    }, { root: this.track, threshold: 0.6 });
    for (const slide of this.track.children) this.observer.observe(slide);
    document.addEventListener("htmx:after:swap", this.#remark);
    this.show(this.dataset.current - 1);
  }

  disconnectedCallback() {
    this.observer?.disconnect();
    document.removeEventListener("htmx:after:swap", this.#remark);
  }

  attributeChangedCallback(_name, before, now) {
    if (this.track && before !== now) this.show(now - 1);
  }

  show(place) {
    const slide = this.track.children[Math.max(0, Math.min(place, this.track.children.length - 1))];
    this.track.scrollBy({ left: slide.getBoundingClientRect().left - this.track.getBoundingClientRect().left });
  }

  get #thumbs() {
    return [...this.querySelectorAll("a[data-thumb]")];
  }

  #remark = () => this.#mark(this.place);

  #mark(place) {
    this.place = place;
    this.#thumbs.forEach((thumb, index) => {
      if (index === place) thumb.setAttribute("aria-current", "true");
      else thumb.removeAttribute("aria-current");
    });
  }
});
